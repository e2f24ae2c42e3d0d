"""Sessions: Django's own, in its table, read together with the person who is signed in.

Django reads the session, and then, from what is in it, the person: two queries, each compiled anew, which are most of what a
request of a signed-in person costs. Who is signed in stands beside the session, too, in allauth's list of where one is signed
in: so one statement finds both. The session itself decides: where the two don't agree, Django's own way is gone.
"""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.changes import EFFECTS, Change
from accounts.models import User
from foundation.statements import Statement

SESSION_AND_PERSON = Statement(
    "SELECT {u}, s.session_data FROM django_session s"
    " LEFT JOIN usersessions_usersession l ON l.session_key = s.session_key"
    " LEFT JOIN accounts_user u ON u.id = l.user_id"
    " WHERE s.session_key = %s AND s.expire_date > %s",
    u=User,
)


class SessionStore(db.SessionStore):
    """A session in the database. `person` is whoever is listed as signed in by it; None if nobody is, or nothing was read yet."""

    person: User | None = None

    def load(self) -> dict[str, Any]:
        """Read the session, and the person with it. One statement."""
        row = SESSION_AND_PERSON.first(self.session_key, timezone.now())
        if row is None:
            self._session_key = None
            return {}
        self.person = row[0]
        return self.decode(row[1])


class SessionMiddleware(DjangoSessionMiddleware):
    """As Django's, but an answer that never looked at the session says nothing about it: not even to a cookie that is none."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Send the cookie, or take it back, where the session was used."""
        if not (request.session.accessed or request.session.modified):
            return response
        return super().process_response(request, response)


class PersonMiddleware(AuthenticationMiddleware):
    """As Django's, but the person who was read with the session is not read again."""

    def process_request(self, request: HttpRequest) -> None:
        """Set `request.user`, which reads nothing until it is looked at."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment] # as Django's own


def _person(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in, once a request (`_cached_user` is where Django and allauth keep it, too)."""
    if not hasattr(request, "_cached_user"):
        request._cached_user = _read_with_session(request) or _read_as_django_does(request)  # type: ignore[attr-defined]
    found: User | AnonymousUser = request._cached_user  # type: ignore[attr-defined]
    return found


def _read_as_django_does(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in after all that Django looks at.

    Where that gives the session another key (its hash was made with a former secret), the list of where one is signed in follows: or
    nobody could end it from there.
    """
    former = request.session.session_key
    found: User | AnonymousUser = auth.get_user(request)  # type: ignore[assignment] # the user model of this project
    if found.is_authenticated and request.session.session_key != former:
        UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)
    return found


def _read_with_session(request: HttpRequest) -> User | None:
    """Return the person of the session if all that Django would ask holds: it names them, by a backend in use, with their hash.

    None for whatever is out of the ordinary: a hash made with a former secret, an account switched off, a session that is in no
    list. Django then looks itself, and does what has to be done.
    """
    session = request.session
    signed_in_as = session.get(auth.SESSION_KEY)
    person = getattr(session, "person", None)
    if signed_in_as is None or person is None or str(person.pk) != signed_in_as or not person.is_active:
        return None
    if session.get(auth.BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    given = session.get(auth.HASH_SESSION_KEY, "")
    return person if constant_time_compare(given, person.get_session_auth_hash()) else None


def stay_signed_in(request: HttpRequest, user: User, change: Change) -> None:
    """Let the session go on in which its owner has just changed something, where the table says so; under another key, as Django does.

    Every session has ended with the change, this one, too: without this call its owner would be signed out. `user` is as the service of
    that change left it: had the account changed once more since, the session has ended with that.
    """
    if not EFFECTS[change].keeps_here:
        return
    auth.update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request, user=user)


def hold_hash(request: HttpRequest, user: User) -> None:
    """Let this session go on after the password's hash was made anew, in today's way: it stands for the new hash now."""
    request.session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
