"""Where allauth hands over what it has learned from an institution (allauth calls this a social account adapter).

Of allauth's own ways from here (signing up by itself, joining accounts by their address) none is taken: each ends here.
"""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from accounts.allauth_oidc import claims_of
from accounts.views.institutions import Failure, arrived, failure_page

CANCELLED = "cancelled"


class InstitutionAdapter(DefaultSocialAccountAdapter):
    """Answers itself, whatever comes."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        raise ImmediateHttpResponse(arrived(request, *claims_of(sociallogin)))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> NoReturn:
        """Say what went wrong: given up there, come back to another browser or too late, or no fault of the person's."""
        if error == CANCELLED:
            why = Failure.CANCELLED
        else:
            why = Failure.LOST if exception is None and "state" not in (extra_context or {}) else Failure.DOWN
        raise ImmediateHttpResponse(failure_page(request, provider.app.provider_id, why))
