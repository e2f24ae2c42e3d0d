"""The second door to allauth's undocumented parts (see `accounts.allauth_internals`): OpenID Connect, which allauth speaks for us.

Allauth keeps the state, makes the proof of RFC 7636 and exchanges the code. What the institution's server answers is checked
here, before anything else sees it: whatever is wrong with it is a `ProviderError`, and never an error of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error as ProviderError
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse

from accounts.oidc_claims import FRESH, Claims, read_claims

__all__ = ["ProviderError"]
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
AUTH_METHODS = "token_endpoint_auth_methods_supported"


@contextmanager
def _their_fault() -> Iterator[None]:
    """Let whatever an answer makes the reading of it stumble over be an error of the provider's. Only around the reading of answers."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        raise ProviderError("no answer, or one that is none") from error


class _Protocol(OpenIDConnectOAuth2Adapter):
    """Allauth's, with everything that comes from outside checked."""

    _config: dict[str, Any] | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the server says of itself. It speaks for no other issuer (OpenID Connect Discovery 1.0, 4.3), and with TLS only."""
        if self._config is None:
            provider = self.get_provider()
            configured = provider.app.settings["server_url"]
            found = self._answer(provider.server_url)
            issuer, urls = found.get("issuer"), {name: found.get(name) for name in ENDPOINTS}
            if not isinstance(issuer, str) or issuer.rstrip("/") != configured:
                raise ProviderError("another issuer")
            scheme = ("https://", "http://") if configured.startswith("http://") else "https://"
            if not all(isinstance(url, str) and url.startswith(scheme) for url in urls.values()):
                raise ProviderError("an address is missing")
            methods = found.get(AUTH_METHODS)
            self._config = {"issuer": issuer, **urls, AUTH_METHODS: methods if isinstance(methods, list) else []}
        return self._config

    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: Any = None) -> dict[str, str]:
        """Return the two tokens, and nothing else of the answer."""
        with _their_fault():
            data = super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
            return {name: "" + data[name] for name in ("access_token", "id_token")}

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        """Return who it is. Allauth finds no account with it: its own tables stay empty."""
        userinfo = self._answer(self.profile_url, Authorization=f"Bearer {token.token}")
        with _their_fault():
            claims = read_claims(self._decode_id_token(app, kwargs["response"]["id_token"]), userinfo, app.client_id)
        found = SocialLogin(account=SocialAccount(provider=self.provider_id, uid=claims.subject), provider=self.get_provider())
        found.claims = claims
        return found

    def _answer(self, url: str, **headers: str) -> dict[str, Any]:
        with _their_fault(), get_adapter().get_requests_session() as session:
            answer = session.get(url, headers=headers)
            answer.raise_for_status()
            return {**answer.json()}


def go_to_institution(request: HttpRequest, institution_id: str, next_page: str, *, is_factor_asked: bool) -> HttpResponse:
    """Lead somebody to the sign-in of an institution; what comes back is known by a state in their session.

    Args:
        is_factor_asked: whether the sign-in there has to be a new one, and its time be told.

    Raises:
        ProviderError: the institution can't be asked.
    """
    provider = get_adapter().get_provider(request, institution_id)
    provider.oauth2_adapter_class = _Protocol
    # Who is signed in here has come to show it again: there, too, and now.
    age = "0" if request.user.is_authenticated else str(FRESH)
    more = {"max_age": age} if is_factor_asked else {}
    answer: HttpResponse = provider.redirect(request, process="login", next_url=next_page or None, auth_params=more)
    return answer


def come_from_institution(request: HttpRequest, institution_id: str) -> HttpResponse:
    """Answer somebody who comes back: `accounts.institution_adapter` says how.

    Raises:
        ProviderError: the institution can't be asked.
    """
    answer: HttpResponse = OAuth2CallbackView.adapter_view(_Protocol(request, institution_id))(request)
    return answer


def claims_of(login: SocialLogin) -> tuple[str, Claims, str]:
    """Return of somebody who has come: the institution's id, what it says of them, and the page they wanted."""
    return login.account.provider, login.claims, login.state.get("next") or ""
