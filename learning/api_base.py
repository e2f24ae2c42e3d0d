"""The shared base of the JSON API: who may write, how a body is read, and how a refusal is answered.

Every answer is one person's and never stored. Whatever is wrong with a request is said as JSON, in the language of the
page that sent it: {"error": code for the script, "message": sentence for the reader}.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, register_converter
from django.urls.converters import IntConverter
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import SessionAuth
from ninja.utils import check_csrf

from accounts.models import User
from foundation.errors import Refused
from foundation.versions import VersionUnknown
from learning.errors import AttemptUnknown

LARGEST_BODY = 256 * 1024
# The statuses with which writing can be refused, as `declare_refusals` answers them; 404 is "there is no such attempt".
REFUSED_WRITES = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 503})
logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


class RowNumber(IntConverter):
    """The number of a row in an address. One that no row can have is no address of the API, which says so as JSON."""

    regex = "[0-9]{1,18}"


register_converter(RowNumber, "row")


class BodyRefused(Exception):
    """A body that is not even read: `status` and `code` say why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class SignedIn(SessionAuth):
    """Checks the session, then size and kind of the body, then the token: a signed-out person is told so, and not of a token."""

    def __call__(self, request: HttpRequest) -> User:
        """Return the person behind the request.

        Raises:
            AuthenticationError, BodyRefused, AuthorizationError: what is missing, in this order.
        """
        if not isinstance(request.user, User):
            raise AuthenticationError
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise BodyRefused(413, "too_large")
        if request.content_type != "application/json":
            raise BodyRefused(415, "not_json")
        if check_csrf(request) is not None:
            raise AuthorizationError
        return request.user


class CarefulParser(Parser):
    """Reads JSON and nothing beyond it; what can't be read becomes a 400, whatever the reason."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body as Python values.

        Raises:
            ValueError, RecursionError: it is not JSON, holds NaN or Infinity, or is nested too deep.
        """
        return json.loads(request.body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class PrivateAPI(NinjaAPI):
    """An API whose every answer, of any status, is private, never stored, and in the language of the page that asks."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses, each in its frame."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _framed(pattern.callback)
        return patterns, app_name, namespace


def _framed(view: View) -> View:
    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = requested_language(request)
        with translation.override(language):
            response = view(request, *args, **kwargs)
            if response.status_code == 405:
                message = _("This address does not answer to this method. Nothing was changed.")
                response = JsonResponse({"error": "method", "message": message}, status=405, headers={"Allow": response["Allow"]})
        response["Cache-Control"] = "private, no-store"
        response["Content-Language"] = language
        return response

    return framed


def requested_language(request: HttpRequest) -> str:
    """Return the language of the page that asks: the script says it in Accept-Language, which a cookie must not overrule."""
    if "lang" not in request.GET:
        for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
            try:
                return translation.get_supported_language_variant(wanted)
            except LookupError:
                continue
    return translation.get_language()


def _what_is_wrong(invalid: ValidationError) -> tuple[int, str, str]:
    """Return status, code and sentence for a body that is JSON, but not what was asked for."""
    if any(problem["type"] == "too_long" and problem["loc"][-1] == "events" for problem in invalid.errors):
        return 400, "too_many", _("The request holds too many events. Send fewer at a time. Nothing was changed.")
    places = sorted({".".join(str(part) for part in problem["loc"][2:]) for problem in invalid.errors} - {""})
    message = _("The request does not have the expected fields (%(places)s). Nothing was changed.")
    return 422, "malformed", message % {"places": ", ".join(places)[:200]}


def _status_of(request: HttpRequest, problem: Refused) -> int:
    if isinstance(problem, VersionUnknown):
        # 503, so that a device keeps what it has to send until the release that can read it is back.
        logger.error("%r at %s", problem, request.path)
        return 503
    return 404 if isinstance(problem, AttemptUnknown) else 409


def declare_refusals(api: NinjaAPI) -> None:
    """Tell an API how each kind of refusal is answered."""

    def error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
        return api.create_response(request, {"error": code, "message": message}, status=status)

    def body_refused(request: HttpRequest, refused: BodyRefused) -> HttpResponse:
        if refused.status == 413:
            message = _("The request is too large. Send fewer events at a time. Nothing was changed.")
        else:
            message = _("The request is not readable as JSON. Nothing was changed.")
        return error(request, refused.status, refused.code, message)

    def malformed(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
        return error(request, *_what_is_wrong(invalid))

    def unreadable(request: HttpRequest, problem: HttpError) -> HttpResponse:
        return error(request, problem.status_code, "unreadable", _("The request is not readable as JSON. Nothing was changed."))

    def signed_out(request: HttpRequest, problem: AuthenticationError) -> HttpResponse:
        return error(request, 401, "signed_out", _("Your session has ended. Sign in again; what you did is kept on this device."))

    def forged(request: HttpRequest, problem: AuthorizationError) -> HttpResponse:
        return error(request, 403, "csrf", _("This page is out of date. Load it again; what you did is kept on this device."))

    def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
        return error(request, _status_of(request, problem), problem.code, str(problem))

    handlers: dict[type[Exception], View] = {
        BodyRefused: body_refused,
        ValidationError: malformed,
        HttpError: unreadable,
        AuthenticationError: signed_out,
        AuthorizationError: forged,
        Refused: refused,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
