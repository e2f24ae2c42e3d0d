"""The shared base of the record's private pages: never stored, and errors said in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from accounts.models import User
from core.topics import Topic
from courses.models import CoursePage
from learning.course_pages import live_course_pages
from learning.own_enrolment import own_enrolment

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Mark a view's answers as one person's: never stored by anyone."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def address_language(request: HttpRequest) -> str:
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


def messages_drawn(request: HttpRequest) -> str:
    """Return the messages for the reader, drawn, for a page that is filled in. Nearly always there are none."""
    found = get_messages(request)
    return render_to_string("components/messages.html", {"messages": found}) if found else ""


@dataclass(frozen=True, slots=True)
class CourseRef:
    """A course as the record's pages name it: by its live page, or, when that is gone, by the outline that remembers it."""

    key: UUID
    title: str
    url: str = ""
    topic: str = Topic.FOUNDATIONS
    slug: str = ""
    is_open: bool = True

    @property
    def topic_label(self) -> str:
        """The name of its field of work."""
        return str(Topic(self.topic).label)

    @property
    def is_live(self) -> bool:
        """Whether the course can be opened in some language."""
        return bool(self.url)


def course_ref(request: HttpRequest, course_key: UUID, language: str) -> CourseRef:
    """Return a course in a language, or in another that it has; for someone who takes it, also when its pages are gone.

    Raises:
        Http404: no language of the course is live, and the reader has no record of it.
    """
    if found := course_of(course_key, language):
        return found
    enrolment = own_enrolment(learner_of(request).pk, course_key) if request.user.is_authenticated else None
    if enrolment is None:
        raise Http404
    return CourseRef(course_key, enrolment.document.title(language))


def course_of(course_key: UUID, language: str) -> CourseRef | None:
    """Return a course by its live page in a language, or in another that it has; None if no page of it is live. One query."""
    pages = live_course_pages(course_key)
    found = next((page for page in pages if page.language == language), pages[0] if pages else None)
    if found is None:
        return None
    page = found.page
    # One answer for all languages, and the strictest should they ever differ: as the rule of the lessons.
    is_open = all(page.access == CoursePage.Access.OPEN for page in pages)
    return CourseRef(course_key, page.title, page.get_url() or "", found.topic, page.slug, is_open)


def refused(request: HttpRequest, title: str, text: str, back: str, *, status: int = 409) -> HttpResponse:
    """Say that something could not be done, what was kept, and where to go on."""
    return render(request, "learning/refused.html", {"title": title, "text": text, "back": back}, status=status)
