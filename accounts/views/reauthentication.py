"""The page on which a person proves again who they are, before something that can't be undone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts import rate_limits
from accounts.allauth_internals import record_authentication
from accounts.forms import IdentityPasswordForm
from accounts.next_page import next_page, with_next
from accounts.reauthentication import IdentityProcess
from accounts.views.base import DoorView, person


@method_decorator(login_required, name="dispatch")
class IdentityView(DoorView):
    """Offers a code by e-mail and, to those who have one, the password."""

    template_name = "account/reauthenticate.html"
    form_class = IdentityPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": person(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "password" not in request.POST:
            return self.send_code()
        return super().post(request, *args, **kwargs)

    def send_code(self) -> HttpResponse:
        """Send a code to the account's own address and go to the page that asks for it."""
        user = person(self.request)
        if refusal := rate_limits.ask_for_identity_code(self.request, user).refusal:
            form = self.form_class(user=user)
            return self.render_to_response(self.get_context_data(form=form, notice=refusal), status=429)
        IdentityProcess.initiate(self.request, user)
        return HttpResponseRedirect(with_next(self.request, reverse("account_reauthenticate_code")))

    def form_valid(self, form: IdentityPasswordForm) -> HttpResponse:
        record_authentication(self.request, person(self.request), "password", reauthenticated=True)
        return HttpResponseRedirect(next_page(self.request) or reverse("account_home"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        return super().get_context_data(**{"email": user.email, "has_password": user.has_usable_password(), **kwargs})
