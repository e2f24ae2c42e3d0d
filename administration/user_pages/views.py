"""The page on which staff change an account: it is locked meanwhile, and what cannot be saved is said in the form."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from wagtail.users.views import users

from accounts.errors import AddressTaken
from accounts.models import User
from administration.user_pages.forms import TAKEN, ChangedUserForm, NewUserForm


class ChangeView(users.EditView):
    """Wagtail's, for the account as it is at the moment of saving."""

    object: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return self.answer(request, *args, **kwargs)
        with transaction.atomic():
            # Before the hooks, which refuse an account that is held: it cannot become so afterwards.
            self.object = get_object_or_404(User.objects.select_for_update(no_key=True), pk=self.object.pk)
            return self.answer(request, *args, **kwargs)

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as Wagtail does."""
        answered: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answered

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)
        except AddressTaken:  # by somebody at the same moment
            form.add_error("email", TAKEN)
            self.produced_error_message = self.get_error_message()
            answer = self.form_invalid(form)
        return answer


class UserViewSet(users.UserViewSet):
    """Wagtail's pages of users, with our forms."""

    edit_view_class = ChangeView
    edit_template_name = "administration/user_pages/change.html"

    def get_form_class(self, for_update: bool = False) -> type[Form]:
        return ChangedUserForm if for_update else NewUserForm
