"""A course is translated through wagtail-localize's own views: one progress, the same keys, the same questions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from courses.models import AssessmentPage, CoursePage, LessonPage, StepWaiver
from courses.tree import drifts, pending_changes, source_page
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from tests.courses import desk
from tests.factories import assessment_of, enrol_in, lessons_of, make_course, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Client:
    return desk.signed_in(desk.author())


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=2)


@pytest.fixture
def english(author: Client, course: CoursePage, django_capture_on_commit_callbacks: Any) -> CoursePage:
    """The course with all below it, handed to translators by the author."""
    locale = Locale.objects.get(language_code="en")
    url = reverse("wagtail_localize:submit_page_translation", args=[course.pk])
    with django_capture_on_commit_callbacks(execute=True):
        answer = author.post(url, {"locales": [locale.pk], "include_subtree": "on"})
    assert answer.status_code == 302
    return CoursePage.objects.get(translation_key=course.translation_key, locale=locale)


def publish_translation(client: Client, page: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """Translate each text of a page, and press "Publish" in localize's editor."""
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale=page.locale)
    for segment in StringSegment.objects.filter(source=translation.source).select_related("string", "context"):
        if segment.context.path != "slug":
            StringTranslation.objects.update_or_create(
                translation_of=segment.string, locale=page.locale, context=segment.context, defaults={"data": f"{segment.string.data} EN"}
            )
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return type(page).objects.get(pk=page.pk)


def all_of(course: CoursePage) -> list[Any]:
    return list(course.get_descendants(inclusive=True).specific())


def test_translated_pages_keep_keys_slugs_and_questions(
    author: Client, course: CoursePage, english: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    before = {page.translation_key: page.slug for page in all_of(course)}
    assert {page.translation_key for page in all_of(english)} == set(before)
    for _time in range(2):
        for page in all_of(english):
            published = publish_translation(author, page, django_capture_on_commit_callbacks)
            assert published.live
            assert published.slug == before[published.translation_key]
            assert published.title.endswith("EN")
    assert source_page(course.key) == course
    assert drifts(course) == []
    there, here = assessment_of(english), assessment_of(course)
    assert [question.id for question in there.questions] == [question.id for question in here.questions]
    ids = [[option.id for option in question.value["options"].bound_blocks] for question in here.questions]
    assert [[option.id for option in question.value["options"].bound_blocks] for question in there.questions] == ids
    changes = pending_changes(course)
    assert (changes.added, changes.removed, changes.reordered, changes.retitled) == ((), (), False, True)


def test_progress_and_papers_are_one_in_both_languages(
    author: Client, course: CoursePage, english: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    for page in all_of(english):
        publish_translation(author, page, django_capture_on_commit_callbacks)
    enrolment = enrol(learner=make_user(), course_key=course.key, language="en")
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(english)[0].key)
    attempt = start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(english).key, language="en")
    assert {code for question in attempt.paper["questions"] for code in question["texts"]} == {"es", "en"}
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1


def test_a_translator_lets_a_lesson_go_and_nobody_loses_it(
    author: Client, course: CoursePage, english: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    for page in all_of(english):
        publish_translation(author, page, django_capture_on_commit_callbacks)
    enrol_in(course)
    lesson = lessons_of(english)[0]
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "delete", lesson.pk)
    assert not LessonPage.objects.filter(translation_key=lesson.translation_key, locale=english.locale).exists()
    assert not StepWaiver.objects.exists(), "it can still be read in Spanish"
    assert [drift.language for drift in drifts(course)] == ["en"]
    assert (
        "Other steps than the source language: English."
        in author.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).content.decode()
    )


def test_localize_shows_its_editor_over_our_panels(author: Client, english: CoursePage) -> None:
    for page in all_of(english):
        answer = author.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.status_code == 200
    assert AssessmentPage.objects.filter(locale=english.locale).exists()


def test_an_alias_in_another_language_follows_its_source_and_stays_the_same_step(
    author: Client, client: Client, course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    """What wagtail-localize makes of pages that nobody has translated yet: it publishes by signal, and keeps its key."""
    french = Locale.objects.get(language_code="fr")
    for page in all_of(course):
        page.copy_for_translation(french, copy_parents=True, alias=True)
    enrolment = enrol_in(course)
    lesson = lessons_of(course)[0]
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.edit(author, lesson, title="Otro título").status_code == 302
    alias = LessonPage.objects.get(translation_key=lesson.translation_key, locale=french)
    assert alias.alias_of_id == lesson.pk
    assert "Otro título" in client.get(alias.get_url()).content.decode()
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1
    assert drifts(course) == []
    assert not StepWaiver.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "unpublish", lesson.pk)
    assert not LessonPage.objects.get(pk=alias.pk).live
    assert StepWaiver.objects.steps_of(course.key) == {lesson.key}


def test_an_alias_made_before_they_were_refused_touches_nobody(
    author: Client, course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    alias = course.create_alias(recursive=True, update_slug="alias")
    enrolment = enrol_in(course)
    lesson = lessons_of(course)[0]
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.edit(author, lesson, title="Otro título").status_code == 302
        assert desk.edit(author, course).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1
    assert not StepWaiver.objects.exists()
    assert author.get(reverse("wagtailadmin_explore", args=[alias.pk])).status_code == 200
    assert author.get(reverse("wagtailadmin_pages:edit", args=[alias.pk])).status_code == 200
