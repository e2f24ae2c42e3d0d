"""What readers see is decided at the moment at which they ask, and by every page above: no lesson outlives its module.

A page that is unpublished takes all below it along, and one that has expired is gone from that moment on, whether or not the timer
of Wagtail has come by.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex

from core import access
from core.models import BasePage, HomePage, SiteDocument, StandardPage
from core.search import find
from core.shown import DEEPEST, is_shown, shown
from core.sitemap import open_pages
from courses.models import CataloguePage, CoursePage, LessonPage, StepWaiver
from courses.services.publish_structure import StructureEmpty, publish_structure
from courses.services.sync_waivers import openable_steps, sync_waivers
from courses.tree import draft_document
from learning.errors import AssessmentUnavailable, EnrolmentClosed
from learning.services.course_state import course_state
from learning.services.enrol import enrol
from learning.services.start_attempt import start_attempt
from tests.architecture.conftest import home, one_page_of_each
from tests.factories import assessment_of, enrol_in, lessons_of, make_course, make_lesson, make_user, module_of

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def unpublish(page: Page) -> None:
    page.specific.unpublish()


def expire(page: Page) -> None:
    """As if an author had given the page a day, which has come, and no timer has run."""
    type(page).objects.filter(pk=page.pk).update(expire_at=timezone.now() - HOUR)


WAYS = pytest.mark.parametrize("gone", [unpublish, expire])


@pytest.fixture(autouse=True)
def files_on_disk(settings: LazySettings, tmp_path: Path) -> None:
    """As on a real site: Wagtail hands documents out by their path on the disk."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=2, assessments=1, title="Remesas")


@pytest.mark.database
@WAYS
@pytest.mark.parametrize("above", ["module", "course", "catalogue"])
def test_a_lesson_below_what_is_gone_is_nowhere(client: Client, course: CoursePage, gone: Callable[[Page], None], above: str) -> None:
    lesson = lessons_of(course)[0]
    url = lesson.get_url()
    lesson.title = "Palabrarara"
    lesson.save_revision().publish()
    assert client.get(url).status_code == 200
    assert find("palabrarara", "es").exists()
    gone({"module": module_of(course), "course": course, "catalogue": CataloguePage.objects.get(locale=course.locale)}[above])
    assert client.get(url).status_code == 404
    assert not find("palabrarara", "es").exists()
    assert url not in client.get(reverse("sitemap")).content.decode()
    assert lesson.pk not in {page.pk for page in open_pages()}
    assert not is_shown(lesson)
    assert not shown(LessonPage.objects.filter(pk=lesson.pk)).exists()
    assert (
        access.rule_for(LessonPage.objects.get(pk=lesson.pk))
        == access.rules_for([LessonPage.objects.get(pk=lesson.pk)])[0]
        == access.CLOSED
    )


@WAYS
def test_a_lesson_in_a_course_for_enrolled_people_is_closed_to_them_too(client: Client, gone: Callable[[Page], None]) -> None:
    course = make_course(lessons=1, access=CoursePage.Access.ENROLLED)
    client.force_login(enrol_in(course).learner)
    url = lessons_of(course)[0].get_url()
    assert client.get(url).status_code == 200
    gone(module_of(course))
    assert client.get(url).status_code == 404


@pytest.fixture
def at() -> datetime:
    return timezone.now() + HOUR


def expires(page: Page, at: datetime) -> None:
    """Publish a page with a day on which it expires."""
    page.expire_at = at
    page.save_revision().publish()


@pytest.mark.parametrize("above", ["lesson", "module", "course"])
def test_what_was_drawn_before_a_page_expires_is_not_shown_after(client: Client, course: CoursePage, at: datetime, above: str) -> None:
    lesson = lessons_of(course)[0]
    expires({"lesson": lesson, "module": module_of(course), "course": course}[above], at)
    urls = [lesson.get_url(), reverse("sitemap")]
    before = [client.get(url) for url in urls]
    assert [answer.status_code for answer in before] == [200, 200]
    assert lesson.get_url() in before[1].content.decode()
    with time_machine.travel(at - timedelta(seconds=5), tick=False):
        assert client.get(urls[0]).status_code == 200
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        assert client.get(urls[0]).status_code == 404
        assert lesson.get_url() not in client.get(urls[1]).content.decode()


def test_lists_drop_what_expires_at_the_moment(client: Client, course: CoursePage, at: datetime) -> None:
    expires(course, at)
    catalogue = CataloguePage.objects.get(locale=course.locale)
    for url in (catalogue.get_url(), catalogue.get_parent().get_url()):
        assert "Remesas" in client.get(url).content.decode()
        with time_machine.travel(at + timedelta(seconds=1), tick=False):
            assert "Remesas" not in client.get(url).content.decode()


def test_a_day_that_is_put_off_shows_the_page_again(client: Client, course: CoursePage, at: datetime) -> None:
    expires(course, at)
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        assert client.get(course.get_url()).status_code == 404
        course.expire_at = None
        course.save()
        assert client.get(course.get_url()).status_code == 200


def test_a_page_out_of_the_cache_still_costs_one_statement(client: Client, course: CoursePage, at: datetime) -> None:
    expires(course, at)
    url = lessons_of(course)[0].get_url()
    client.get(url)
    with CaptureQueriesContext(connection) as statements:
        client.get(url)
    assert len(statements) == 1


@pytest.mark.database
def test_lists_cost_no_statement_more(course: CoursePage) -> None:
    with CaptureQueriesContext(connection) as statements:
        list(shown(LessonPage.objects.filter(title__startswith="L")))
    assert len(statements) == 1


@WAYS
def test_a_document_follows_its_page_and_what_is_above_it(client: Client, home: HomePage, gone: Callable[[Page], None]) -> None:
    document = SiteDocument.objects.create(title="Datos", file=ContentFile(b"a,b", name="a.csv"))
    parent = home.add_child(instance=StandardPage(title="Arriba", slug="arriba"))
    parent.save_revision().publish()
    body = json.dumps([{"type": "rich_text", "value": f'<p><a linktype="document" id="{document.pk}">Datos</a></p>'}])
    page = parent.add_child(instance=StandardPage(title="Abajo", slug="abajo", body=body))
    page.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(page)
    assert client.get(document.url).status_code == 200
    gone(parent)
    assert client.get(document.url).status_code == 404


@pytest.mark.database
def test_depth_hides_nothing_from_the_rule(client: Client, home: HomePage) -> None:
    """Lists look up so many levels; the rule of a page, which decides, looks at all of them."""
    parent: Any = home
    pages = []
    for depth in range(DEEPEST + 3):
        parent = parent.add_child(instance=StandardPage(title=f"P{depth}", slug=f"p{depth}"))
        parent.save_revision().publish()
        pages.append(parent)
    assert client.get(pages[-1].get_url()).status_code == 200
    unpublish(pages[-2])
    assert client.get(pages[-1].get_url()).status_code == 404
    assert pages[-2].path in access.closed_paths()


# The record uses the same fact.


@pytest.mark.database
@WAYS
def test_a_step_below_what_is_gone_is_asked_of_nobody(course: CoursePage, gone: Callable[[Page], None]) -> None:
    other = course.add_child(instance=type(module_of(course))(title="Otro", slug="otro", locale=course.locale))
    other.save_revision().publish()
    kept = make_lesson(other)
    publish_structure(course=course)
    enrolment = enrol_in(course)
    module = next(page for page in course.get_children().specific() if page.pk != other.pk)
    inside = {page.key for page in module.get_children().specific()}
    gone(module)
    sync_waivers(course_key=course.key)
    assert openable_steps(course.key) == {kept.key}
    assert StepWaiver.objects.steps_of(course.key) == inside
    state = course_state(learner=enrolment.learner, course_key=course.key, language="es")
    assert state is not None
    assert (state.total_count, state.following and state.following.key) == (1, kept.key)
    assert [step.key for step in draft_document(course, {}).steps] == [kept.key], "nor would a new structure ask for it"


@pytest.mark.database
@WAYS
def test_nothing_is_begun_that_cannot_be_opened(course: CoursePage, gone: Callable[[Page], None]) -> None:
    enrolment, page = enrol_in(course), assessment_of(course)
    gone(module_of(course))
    with pytest.raises(AssessmentUnavailable):
        start_attempt(learner=enrolment.learner, course_key=course.key, step_key=page.key, language="es")
    with pytest.raises(StructureEmpty):
        publish_structure(course=course)
    gone(course)
    with pytest.raises(EnrolmentClosed):
        enrol(learner=make_user(), course_key=course.key, language="es")


@WAYS
def test_the_outline_and_the_private_page_link_to_nothing_that_is_gone(
    client: Client, course: CoursePage, gone: Callable[[Page], None]
) -> None:
    lesson = lessons_of(course)[0]
    client.force_login(enrol_in(course).learner)
    pages = [course.get_url(), reverse("learning:course", args=[course.key]), reverse("learning:step", args=[course.key, lesson.key])]
    with_link = [lesson.get_url() in client.get(url).content.decode() for url in pages]
    assert (with_link[0], with_link[2]) == (True, True)
    gone(module_of(course))
    assert not any(lesson.get_url() in client.get(url).content.decode() for url in pages)


@WAYS
def test_a_course_that_is_gone_keeps_its_record(client: Client, course: CoursePage, gone: Callable[[Page], None]) -> None:
    client.force_login(enrol_in(course).learner)
    gone(course)
    assert client.get(reverse("learning:course", args=[course.key])).status_code == 200
    assert not StepWaiver.objects.exists(), "nobody finishes a course because it was withdrawn"


def test_other_languages_are_offered_only_where_they_can_be_read(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    page = one_page_of_each[CoursePage]
    other = page.copy_for_translation(page.locale.__class__.objects.get(language_code="pt"))
    other.save_revision().publish()
    assert [link.code for link in page.languages() if link.exact] == ["es", "pt"]
    expire(other)
    assert [link.code for link in page.languages() if link.exact] == ["es"]
