"""Editors change pages freely; nothing anyone has done changes with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from accounts.models import User
from core.services.empty_bin import empty_bin
from courses.models import CoursePage, LessonPage, ModulePage, StepSlot, StepWaiver
from courses.services.publish_structure import Who, newest_outline, publish_structure
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.services.course_state import course_state
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import (
    assessment_of,
    enrol_in,
    lessons_of,
    make_course,
    make_lesson,
    module_of,
    right_answers,
    translate_course,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=3)


def do(enrolment: Enrolment, *steps: Page) -> None:
    for step in steps:
        mark_done(learner=enrolment.learner, course_key=enrolment.course_key, step_key=step.translation_key)


def passed(enrolment: Enrolment, course: CoursePage) -> None:
    page = assessment_of(course)
    attempt = start_attempt(learner=enrolment.learner, course_key=course.key, step_key=page.key, language="es")
    submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=right_answers(page))


def record_of(enrolment: Enrolment) -> dict[str, Any]:
    """Everything that editing must leave alone."""
    fresh = Enrolment.objects.get(pk=enrolment.pk)
    return {
        "bits": fresh.done_bits,
        "completed": fresh.completed_at,
        "outline": fresh.outline_id,
        "resume": fresh.resume_step,
        "attempts": list(Attempt.objects.filter(enrolment=fresh).values("paper", "answers", "score", "passed")),
        "credentials": list(Credential.objects.filter(enrolment=fresh).values("snapshot", "code", "revoked_at")),
    }


@pytest.fixture
def finished(course: CoursePage) -> Enrolment:
    enrolment = enrol_in(course)
    do(enrolment, *lessons_of(course))
    passed(enrolment, course)
    assert record_of(enrolment)["completed"]
    assert len(record_of(enrolment)["credentials"]) == 1
    return enrolment


@pytest.fixture
def halfway(course: CoursePage) -> Enrolment:
    enrolment = enrol_in(course)
    do(enrolment, lessons_of(course)[0])
    return enrolment


def delete_course(course: CoursePage) -> None:
    course.delete()


def delete_a_lesson(course: CoursePage) -> None:
    lessons_of(course)[0].delete()


def unpublish_a_lesson(course: CoursePage) -> None:
    lessons_of(course)[0].unpublish()


def move_a_lesson(course: CoursePage) -> None:
    other = make_course(lessons=0, assessments=0)
    module = ModulePage(title="Other", slug="other", locale=other.locale)
    other.add_child(instance=module)
    lessons_of(course)[0].move(module, pos="last-child")


def copy_the_course(course: CoursePage) -> None:
    course.copy(recursive=True, update_attrs={"slug": "copied", "title": "Copied"})


def alias_the_course(course: CoursePage) -> None:
    course.create_alias(recursive=True, update_slug="aliased")


def translate_the_course(course: CoursePage) -> None:
    translate_course(course)


def rename_everything(course: CoursePage) -> None:
    for page in course.get_descendants(inclusive=True).specific():
        page.title, page.slug = f"New {page.pk}", f"new-{page.pk}"
        page.save_revision().publish()


EDITS = [
    delete_course,
    delete_a_lesson,
    unpublish_a_lesson,
    move_a_lesson,
    copy_the_course,
    alias_the_course,
    translate_the_course,
    rename_everything,
]


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_of_a_page_changes_a_finished_record(
    course: CoursePage, finished: Enrolment, edit: Any, django_capture_on_commit_callbacks: Any
) -> None:
    before = record_of(finished)
    with django_capture_on_commit_callbacks(execute=True):
        edit(CoursePage.objects.get(pk=course.pk))
    assert record_of(finished) == before


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_of_a_page_changes_an_open_record(
    course: CoursePage, halfway: Enrolment, edit: Any, django_capture_on_commit_callbacks: Any
) -> None:
    before = record_of(halfway)
    with django_capture_on_commit_callbacks(execute=True):
        edit(CoursePage.objects.get(pk=course.pk))
    assert record_of(halfway) == before


def test_a_step_that_is_gone_is_waived_and_completes_who_only_missed_it(
    course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    enrolment = enrol_in(course)
    first, *others = lessons_of(course)
    do(enrolment, *others)
    passed(enrolment, course)
    assert record_of(enrolment)["completed"] is None
    with django_capture_on_commit_callbacks(execute=True):
        first.unpublish()
    waiver = StepWaiver.objects.get(course_key=course.key, step_key=first.key)
    assert waiver.began_at
    assert waiver.ended_at is None
    after = record_of(enrolment)
    assert after["completed"] is not None
    assert len(after["credentials"]) == 1
    state = course_state(learner=enrolment.learner, course_key=course.key, language="es")
    assert state is not None
    assert first.title in state.explanation


def test_restoring_a_step_takes_nothing_back(course: CoursePage, django_capture_on_commit_callbacks: Any) -> None:
    enrolment = enrol_in(course)
    first, *others = lessons_of(course)
    do(enrolment, *others)
    passed(enrolment, course)
    with django_capture_on_commit_callbacks(execute=True):
        first.unpublish()
    before = record_of(enrolment)
    with django_capture_on_commit_callbacks(execute=True):
        LessonPage.objects.get(pk=first.pk).save_revision().publish()
    assert StepWaiver.objects.get(step_key=first.key).ended_at is not None
    assert record_of(enrolment) == before
    newcomer = enrol_in(course)
    do(newcomer, *others)
    passed(newcomer, course)
    assert record_of(newcomer)["completed"] is None, "whoever starts now needs the step again"


def test_a_step_open_in_another_language_is_not_waived(course: CoursePage, django_capture_on_commit_callbacks: Any) -> None:
    translate_course(course)
    with django_capture_on_commit_callbacks(execute=True):
        lessons_of(course)[0].unpublish()
    assert not StepWaiver.objects.exists()


def test_withdrawing_the_whole_course_finishes_nobody(
    course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for page in course.get_descendants(inclusive=True).specific():
            page.unpublish()
    assert not StepWaiver.objects.exists()
    assert record_of(halfway)["completed"] is None


def test_a_step_moved_to_another_course_gets_a_new_slot_there_and_keeps_its_bits_here(
    course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    moved = lessons_of(course)[0]
    other = make_course(lessons=1)
    with django_capture_on_commit_callbacks(execute=True):
        moved.move(module_of(other), pos="last-child")
        publish_structure(course=other)
    slots = dict(StepSlot.objects.filter(step_key=moved.key).values_list("course_key", "slot"))
    assert set(slots) == {course.key, other.key}
    assert record_of(halfway)["bits"] >> slots[course.key] & 1
    there = enrol_in(other, halfway.learner)
    assert record_of(there)["bits"] == 0, "bits stay where they were earned"


def test_slots_are_never_reused(course: CoursePage, django_capture_on_commit_callbacks: Any) -> None:
    before = set(StepSlot.objects.filter(course_key=course.key).values_list("slot", flat=True))
    lessons_of(course)[0].delete()
    added = make_lesson(module_of(course))
    publish_structure(course=course)
    assert StepSlot.objects.get(step_key=added.key).slot == max(before) + 1
    assert before < set(StepSlot.objects.filter(course_key=course.key).values_list("slot", flat=True))


@pytest.mark.database
def test_a_new_structure_reaches_new_learners_only_unless_the_editor_says_otherwise(
    course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    make_lesson(module_of(course))
    with django_capture_on_commit_callbacks(execute=True):
        outline = publish_structure(course=course, who=Who.NEW_LEARNERS)
    halfway.refresh_from_db()
    assert halfway.outline_id != outline.pk
    assert enrol_in(course).outline_id == outline.pk


@pytest.mark.database
def test_moving_everyone_keeps_bits_says_so_and_leaves_who_has_finished(
    course: CoursePage, halfway: Enrolment, finished: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before, settled = record_of(halfway), record_of(finished)
    percent = course_state(learner=halfway.learner, course_key=course.key, language="es").percent  # type: ignore[union-attr]
    make_lesson(module_of(course))
    with django_capture_on_commit_callbacks(execute=True):
        outline = publish_structure(course=course, who=Who.EVERYONE_UNFINISHED)
    halfway.refresh_from_db()
    assert (halfway.outline_id, halfway.done_bits) == (outline.pk, before["bits"])
    assert halfway.moved_on is not None
    after = course_state(learner=halfway.learner, course_key=course.key, language="es")
    assert after is not None
    assert after.percent < percent
    assert after.moved_on is not None
    assert record_of(finished) == settled


@pytest.mark.database
def test_moving_everyone_to_a_shorter_structure_completes_who_is_covered(
    course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    enrolment = enrol_in(course)
    first, *others = lessons_of(course)
    do(enrolment, *others)
    passed(enrolment, course)
    first.required = False
    first.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):
        publish_structure(course=course, who=Who.EVERYONE_UNFINISHED)
    assert record_of(enrolment)["completed"] is not None


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.org"))
    return client


def test_the_structure_page_says_what_changes_and_whom_it_touches(course: CoursePage, halfway: Enrolment, administrator: Client) -> None:
    added = make_lesson(module_of(course), title="A lesson just written")
    html = administrator.get(f"/admin/courses/{course.pk}/structure/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert added.title in html
    assert "1 person is taking the course." in html
    assert newest_outline(course.key).version == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(("who", "moved"), [("new", False), ("everyone", True), ("nonsense", False)])
def test_publishing_the_structure_is_one_explicit_act(
    course: CoursePage, halfway: Enrolment, administrator: Client, who: str, moved: bool, django_capture_on_commit_callbacks: Any
) -> None:
    make_lesson(module_of(course))
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(f"/admin/courses/{course.pk}/structure/", {"who": who}, follow=True)
    assert answer.status_code == 200
    outline = newest_outline(course.key)
    assert outline is not None
    assert outline.version == 2
    halfway.refresh_from_db()
    assert (halfway.outline_id == outline.pk) is moved


def test_a_drifted_language_is_named(course: CoursePage, administrator: Client) -> None:
    translate_course(course)
    added = make_lesson(module_of(course), title="Only in Spanish")
    html = administrator.get(f"/admin/courses/{course.pk}/structure/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "lacks:" in html
    assert html.count(added.title) == 2


def test_the_structure_page_is_for_those_who_may_publish_the_course(course: CoursePage, client: Client) -> None:
    assert client.get(f"/admin/courses/{course.pk}/structure/").status_code == 302
    client.force_login(User.objects.create_user("reader@example.org"))
    assert client.post(f"/admin/courses/{course.pk}/structure/", {"who": "everyone"}).status_code in {302, 403}
    assert newest_outline(course.key).version == 1  # type: ignore[union-attr]


@pytest.mark.database
def test_wagtails_own_delete_view_works_with_records_in_place(course: CoursePage, finished: Enrolment, administrator: Client) -> None:
    before = record_of(finished)
    url = f"/admin/pages/{course.pk}/delete/"
    assert administrator.get(url).status_code == 200
    assert administrator.post(url).status_code == 302
    assert not CoursePage.objects.filter(translation_key=course.key).exists()
    assert record_of(finished) == before
    empty_bin(now=timezone.now() + timedelta(days=31))
    assert not CoursePage.objects.filter(pk=course.pk).exists()
    assert record_of(finished) == before


def test_the_button_stands_on_courses_only(course: CoursePage, administrator: Client) -> None:
    assert f"/admin/courses/{course.pk}/structure/" in administrator.get(f"/admin/pages/{course.pk}/").content.decode()
    lesson = lessons_of(course)[0]
    assert "Publish structure" not in administrator.get(f"/admin/pages/{lesson.pk}/edit/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
