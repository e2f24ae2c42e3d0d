"""An institution on this machine (a real provider of OpenID Connect), and the walk through its sign-in."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import oidc_provider_mock
import requests
from django.http import HttpResponse
from django.test import Client
from werkzeug.serving import make_server

from accounts.models import InstitutionCase, InstitutionIdentity, SecurityEvent, User
from config.institutions import apps_of, read_institutions
from tests.accounts.door import ANA, code_in

BEGIN, JOIN = "/accounts/institution/uni/", "/accounts/institutions/join/"
SUB, OTHER_SUB = "subject-4711", "subject-0815"
WORDS = "four words of mine"
WHY = "They came to the desk with their document."
Commits = Callable[[], AbstractContextManager[object]]
Outcome = InstitutionCase.Outcome


class Provider:
    """The mock of PyPI, with answers that a test may put in the place of its own."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self.instead: dict[str, tuple[int, object]] = {}
        self.token = ""
        self.server = make_server("localhost", 0, self, threaded=True)
        self.url = f"http://localhost:{self.server.server_port}"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in self.instead:
            status, said = self.instead[path]
            start(f"{status} X", [("Content-Type", "application/json")])
            return [said if isinstance(said, bytes) else json.dumps(said).encode()]
        body = b"".join(self.app(environ, start))
        self.token = body.decode() if path == "/oauth2/token" else self.token
        return [body]

    def says(self, sub: str, email: object = ANA, *, email_verified: object = True, **claims: object) -> None:
        """Let somebody be known there with these claims, in the id_token and at userinfo."""
        said: dict[str, Any] = {"email": email, "email_verified": email_verified, **claims}
        requests.put(f"{self.url}/users/{sub}", json=said, timeout=30).raise_for_status()


def configure(settings: Any, url: str, **more: object) -> None:
    entry = {"id": "uni", "name": "Universidad", "server_url": url, "client_id": "puente", "secret": "s", **more}
    settings.INSTITUTIONS = read_institutions(json.dumps([entry]))
    settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS}
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        **settings.SOCIALACCOUNT_PROVIDERS["openid_connect"],
        "APPS": apps_of(settings.INSTITUTIONS),
    }


def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def there(client: Client, sub: str = SUB, *, wanted: str = "", **said: str) -> str:
    """Go to the institution and sign in there; returns the address that it leads back to."""
    url = client.post(BEGIN, {"next": wanted})["Location"]
    answer = requests.post(url, data=said or {"sub": sub}, allow_redirects=False, timeout=30)
    return answer.headers["Location"].removeprefix("http://testserver")


def come(client: Client, sub: str = SUB, *, wanted: str = "") -> HttpResponse:
    return client.get(there(client, sub, wanted=wanted))  # type: ignore[return-value]


def come_with_code(client: Client, sub: str = SUB, *, wanted: str = "") -> HttpResponse:
    """Come, and type the code; returns the answer to it."""
    asked = come(client, sub, wanted=wanted)
    return client.post(asked["Location"], {"code": code_in()})  # type: ignore[return-value]


def join(client: Client, sub: str = SUB, **form: str) -> HttpResponse:
    come_with_code(client, sub)
    return client.post(JOIN, form)  # type: ignore[return-value]


def joined(user: User, sub: str = SUB, issuer: str = "https://uni.example") -> InstitutionIdentity:
    return InstitutionIdentity.objects.create(user=user, institution="uni", issuer=issuer, subject=sub)


def page_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def everything() -> object:
    """All that could be written of somebody who is not let in."""
    tables = (User, InstitutionIdentity, InstitutionCase, SecurityEvent)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]
