"""What the private pages of the record share: never stored, and domain errors said in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Mark a view's answers as one person's: never stored by anyone."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def language_of(request: HttpRequest) -> str:
    """Return the language of the address."""
    return get_language() or settings.LANGUAGE_CODE


def sign_in_address(request: HttpRequest, name: str = "account_login") -> str:
    """Return the address of the sign-in page that comes back to this one."""
    return f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the reader to the sign-in page, and back here after it."""
    return HttpResponseRedirect(sign_in_address(request))


def learner_of(request: HttpRequest) -> User:
    """Return the person behind a request that is known to be signed in."""
    return cast(User, request.user)


def course_page(course_key: UUID, language: str) -> CoursePage:
    """Return the live course in a language, or in another that it has.

    Raises:
        Http404: no language of the course is live.
    """
    pages: list[CoursePage] = list(CoursePage.objects.live().filter(translation_key=course_key).select_related("locale").order_by("pk"))
    for page in pages:
        if page.locale.language_code == language:
            return page
    if not pages:
        raise Http404
    return pages[0]


def step_page(step_key: UUID, language: str) -> Page | None:
    """Return the live page of a step in a language, or in another that it has; None when it is gone."""
    pages = list(Page.objects.live().filter(translation_key=step_key).select_related("locale").order_by("pk"))
    return next((page for page in pages if page.locale.language_code == language), pages[0] if pages else None)


def refused(request: HttpRequest, title: str, text: str, back: str, *, status: int = 409) -> HttpResponse:
    """Say that something could not be done, what was kept, and where to go on."""
    return render(request, "learning/refused.html", {"title": title, "text": text, "back": back}, status=status)
