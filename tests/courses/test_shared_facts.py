"""What decides for a course as a whole is one fact for all its languages: a course that is closed in one is closed in all.

Access and topic of a course, minutes of a step and whether it is required, marks and attempts of an assessment.
"""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Locale, Page

from accounts.roles import AUTHOR, group_of
from core.search import find
from courses.checks import check_fields
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage
from courses.models.pages import page_classes_with_shared_fields
from courses.services.share_facts import differences
from tests.courses import desk
from tests.factories import assessment_of, lessons_of, make_course, translate_course

pytestmark = pytest.mark.django_db
CLOSED = CoursePage.Access.ENROLLED


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=1, title="Remesas")


@pytest.fixture
def english(course: CoursePage) -> CoursePage:
    return translate_course(course, "en")


def fresh(page: Page) -> Any:
    return type(page).objects.get(pk=page.pk)


def publish(page: Page, **fields: Any) -> None:
    page = fresh(page)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


@pytest.mark.parametrize("first", ["source", "translation"])
def test_closing_it_in_one_language_closes_it_in_all(client: Client, course: CoursePage, english: CoursePage, first: str) -> None:
    publish(lessons_of(course)[0], lead="Palabrarara")
    urls = [lessons_of(page)[0].get_url() for page in (course, english)]
    assert [client.get(url).status_code for url in urls] == [200, 200]
    assert find("palabrarara", "es").exists()
    publish(course if first == "source" else english, access=CLOSED)
    record = reverse("learning:course", args=[course.key])
    for url, page in zip(urls, (course, english), strict=True):
        answer = client.get(url)
        assert answer.status_code == 302
        assert str(course.key) in answer["Location"], record
        assert fresh(page).access == CLOSED
        assert url not in client.get(reverse("sitemap")).content.decode()
    assert not find("palabrarara", "es").exists()
    publish(english, access=CoursePage.Access.OPEN)
    assert [client.get(url).status_code for url in urls] == [200, 200]


def test_should_they_differ_the_strictest_holds_and_the_checks_say_so(client: Client, course: CoursePage, english: CoursePage) -> None:
    """Rows that were written past the site: by hand, by a restore, by an older release."""
    assert list(differences()) == []
    call_command("check_course_facts", stdout=StringIO())
    CoursePage.objects.filter(pk=english.pk).update(access=CLOSED)
    assert client.get(lessons_of(course)[0].get_url()).status_code == 302

    (found,) = differences()
    assert (found.page.pk, found.field, found.said) == (course.pk, "access", {"es": "open", "en": "enrolled"})
    assert [warning.id for warning in run_checks(tags=["database"], databases=["default"]) if warning.id == "courses.W001"]
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_course_facts", stdout=out)
    assert "Remesas: access is" in out.getvalue()


def test_a_language_that_nobody_reads_closes_nothing(client: Client, course: CoursePage, english: CoursePage) -> None:
    english.unpublish()
    CoursePage.objects.filter(pk=english.pk).update(access=CLOSED)
    assert client.get(lessons_of(course)[0].get_url()).status_code == 200


OF_PAGES = [
    (CoursePage, {"access": CLOSED, "topic": "finance"}),
    (LessonPage, {"minutes": 41, "required": False}),
    (AssessmentPage, {"minutes": 42, "required": False, "pass_mark": 51, "honours_mark": 77, "attempts_allowed": 9}),
]


def page_of(course: CoursePage, model: type[Page]) -> Any:
    return {CoursePage: fresh, LessonPage: lambda c: lessons_of(c)[0], AssessmentPage: assessment_of}[model](course)


def test_every_page_class_with_such_fields_is_tried_here() -> None:
    assert {model: set(fields) for model, fields in OF_PAGES} == {m: set(m.shared_fields) for m in page_classes_with_shared_fields()}


@pytest.mark.parametrize(("model", "facts"), OF_PAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_publishing_in_one_language_reaches_rows_and_drafts_of_the_others(
    course: CoursePage, english: CoursePage, model: type[Page], facts: dict[str, Any]
) -> None:
    here, there = page_of(course, model), page_of(english, model)
    draft = fresh(there)
    draft.title = "Still being written"
    draft.save_revision()
    publish(here, **facts)
    assert {name: getattr(fresh(there), name) for name in facts} == facts
    assert fresh(there).title != "Still being written", "a text is of its language"
    written = fresh(there).get_latest_revision_as_object()
    assert {name: getattr(written, name) for name in facts} == facts
    assert written.title == "Still being written"
    written.save_revision().publish()
    assert {name: getattr(fresh(here), name) for name in facts} == facts, "a draft of yesterday does not bring the old answer back"
    assert list(differences()) == []


def test_what_is_scheduled_in_another_language_does_not_bring_the_old_answer_back(course: CoursePage, english: CoursePage) -> None:
    late = fresh(english)
    late.go_live_at = timezone.now() + timedelta(days=1)
    late.save_revision().publish()
    newer = fresh(english)
    newer.save_revision()
    publish(course, access=CLOSED)
    scheduled = fresh(english).scheduled_revision
    assert scheduled.content["access"] == CLOSED


def test_a_draft_changes_nothing_anywhere(course: CoursePage, english: CoursePage) -> None:
    draft = fresh(course)
    draft.access = CLOSED
    draft.save_revision()
    assert {page.access for page in CoursePage.objects.all()} == {"open"}


def test_it_takes_rights_in_every_language(course: CoursePage, english: CoursePage) -> None:
    author = desk.author()
    group = group_of(AUTHOR)
    GroupPagePermission.objects.filter(group=group, page=CataloguePage.objects.get(locale__language_code="en")).delete()
    client = desk.signed_in(author)
    refused = desk.edit(client, course, access=CLOSED)
    assert refused.status_code == 200
    assert "you may not change English" in str(refused.context["form"].errors["access"])
    assert desk.edit(client, course, summary="Otra cosa").status_code == 302, "a text is of its language"
    assert {page.access for page in CoursePage.objects.all()} == {"open"}


def test_an_author_closes_a_course_by_the_form(client: Client, course: CoursePage, english: CoursePage) -> None:
    assert desk.edit(desk.signed_in(desk.author()), english, access=CLOSED, topic=course.topic).status_code == 302
    assert client.get(lessons_of(course)[0].get_url()).status_code == 302


def test_a_course_that_is_copied_decides_for_itself(course: CoursePage) -> None:
    copy = course.copy(update_attrs={"slug": "copia", "title": "Copia"})
    publish(copy, access=CLOSED)
    assert fresh(course).access == "open"


def test_every_field_of_a_course_has_its_place() -> None:
    assert check_fields() == []


def test_a_field_without_a_place_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModulePage, "fields_of_a_language", ())
    assert [found.id for found in check_fields()] == ["courses.E001"]


def test_an_alias_says_what_its_source_says(course: CoursePage) -> None:
    french = Locale.objects.get(language_code="fr")
    for page in course.get_descendants(inclusive=True).specific():
        page.copy_for_translation(french, copy_parents=True, alias=True)
    publish(course, access=CLOSED)
    assert {page.access for page in CoursePage.objects.all()} == {CLOSED}
