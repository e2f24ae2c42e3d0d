"""The shared base of the pages of sign-in and account."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView

from accounts import rate_limits
from accounts.forms import EmailForm
from accounts.institutions import configured
from accounts.models import User
from accounts.next_page import next_page, with_next

# The codes of errors that a rate limit has raised.
LIMITED = {"rate_limited", "too_many_login_attempts"}


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class DoorView(FormView[Any]):
    """A form that answers 4xx when it is refused, keeps what was typed, and carries on the page one was going to."""

    # The name of a rate limit per address of the network, counted for every form sent.
    limit = ""
    extra_context: dict[str, Any] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and self.limit and (refused := rate_limits.too_many(request, self.limit)):
            return refused
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.refuse(form)

    def refuse(self, form: forms.Form, status: int | None = None) -> HttpResponse:
        """Show the form again with what is wrong with it."""
        if status is None:
            reasons = {error.code for errors in form.errors.as_data().values() for error in errors}
            status = HTTPStatus.TOO_MANY_REQUESTS if reasons & LIMITED else HTTPStatus.UNPROCESSABLE_ENTITY
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "next_page": next_page(self.request),
                "sign_in_url": with_next(self.request, reverse("account_login")),
                "sign_up_url": with_next(self.request, reverse("account_signup")),
                "password_url": with_next(self.request, reverse("account_login_password")),
                "reset_url": with_next(self.request, reverse("account_reset_password")),
                "privacy_url": reverse("wagtail_serve", args=["privacy/"]),
                **kwargs,
            }
        )


class EntranceView(DoorView):
    """A form for people who are not signed in; those who are go on to where they wanted."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return onward(request)
        return super().dispatch(request, *args, **kwargs)


class AskForAddressView(EntranceView):
    """An entrance that asks for an e-mail address, which a link may bring along."""

    form_class: type[forms.BaseForm] | None = EmailForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"institutions": configured(), **kwargs})

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "email": self.request.GET.get("email", "")[:254].replace("\0", "")}


def onward(request: HttpRequest) -> HttpResponse:
    """Send a signed-in person to the page they wanted, or to their learning."""
    return HttpResponseRedirect(next_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL))


def person(request: HttpRequest) -> User:
    """Return who is signed in, in a view that only lets in people who are."""
    if not isinstance(request.user, User):
        raise TypeError("This view needs login_required.")
    return request.user
