"""Publishing a structure: one explicit act, immutable, with slots that are given once; and waivers for what is gone."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from courses import impact
from courses.models import CoursePage, CourseRun, LessonPage, ModulePage, Outline, SlotCounter, StepSlot, StepWaiver
from courses.services.publish_structure import (
    StructureEmpty,
    StructureUnchanged,
    Who,
    newest_outline,
    publish_structure,
)
from courses.services.sync_waivers import sync_waivers
from courses.tree import drifts, pending_changes, slots_of, source_page
from tests.factories import (
    assessment_of,
    enrol_in,
    finish_course,
    lessons_of,
    make_assessment,
    make_course,
    make_lesson,
    make_long_outline,
    make_user,
    module_of,
    translate_course,
)

pytestmark = pytest.mark.django_db


def keys(outline: Outline | None) -> list[uuid.UUID]:
    assert outline
    return [step.key for step in outline.document.steps]


# Outlines


def test_the_outline_says_what_the_tree_says() -> None:
    course = make_course(lessons=2, assessments=1)
    outline = newest_outline(course.key)
    assert outline
    document = outline.document
    assert keys(outline) == [*[lesson.key for lesson in lessons_of(course)], assessment_of(course).key]
    assert [step.slot for step in document.steps] == [0, 1, 2]
    assert [step.minutes for step in document.steps] == [7, 7, 10]
    assert [step.rule is None for step in document.steps] == [True, True, False]
    assert document.title("es") == course.title


def test_an_outline_is_immutable() -> None:
    outline = newest_outline(make_course().key)
    assert outline
    outline.version = 9
    with pytest.raises(TypeError, match="immutable"):
        outline.save()


@pytest.mark.database
def test_two_outlines_of_a_course_never_share_a_version() -> None:
    outline = newest_outline(make_course().key)
    assert outline
    with pytest.raises(IntegrityError), transaction.atomic():
        Outline.objects.create(course_key=outline.course_key, version=1, content=outline.content)


def test_a_draft_never_reaches_an_outline() -> None:
    course = make_course(lessons=1, assessments=0)
    draft = LessonPage(title="Draft", slug="draft", locale=course.locale, live=False)
    module_of(course).add_child(instance=draft)
    lesson = lessons_of(course)[0]
    lesson.title = "Title of a draft"
    lesson.save_revision()
    make_lesson(module_of(course))
    outline = publish_structure(course=course)
    assert draft.key not in keys(outline)
    assert "draft" not in str(outline.content)


def test_steps_of_a_module_that_is_not_published_are_left_out() -> None:
    course = make_course(lessons=1, assessments=0)
    hidden = ModulePage(title="Hidden", slug="hidden", locale=course.locale, live=False)
    course.add_child(instance=hidden)
    step = make_lesson(hidden)
    make_lesson(ModulePage.objects.child_of(course).live().get())
    assert step.key not in keys(publish_structure(course=course))


def test_an_outline_holds_the_titles_of_every_language() -> None:
    course = make_course(lessons=1, assessments=0)
    translate_course(course, "en")
    outline = publish_structure(course=course)
    assert set(outline.document.titles) == {"es", "en"}
    assert set(outline.document.steps[0].titles) == {"es", "en"}
    assert outline.document.steps[0].title("en").endswith("(en)")


def test_the_source_language_decides_whichever_page_is_published() -> None:
    course = make_course(lessons=1, assessments=0)
    english = translate_course(course, "en")
    assert source_page(course.key) == course
    only_english = make_lesson(ModulePage.objects.child_of(english).get())
    new = make_lesson(module_of(course))
    outline = publish_structure(course=english)
    assert new.key in keys(outline)
    assert only_english.key not in keys(outline)


@pytest.mark.database
def test_a_course_that_nobody_could_finish_is_not_published() -> None:
    course = make_course(lessons=0, assessments=0)
    with pytest.raises(StructureEmpty):
        publish_structure(course=course)
    make_lesson(module_of(course), required=False)
    with pytest.raises(StructureEmpty):
        publish_structure(course=course)
    assert not Outline.objects.exists()
    assert not StepSlot.objects.exists()


@pytest.mark.database
def test_publishing_what_stands_already_is_refused() -> None:
    course = make_course()
    with pytest.raises(StructureUnchanged):
        publish_structure(course=course)
    assert Outline.objects.count() == 1


def test_what_would_change_is_said_before() -> None:
    course = make_course(lessons=2, assessments=0)
    assert pending_changes(course).is_empty
    new, gone = make_lesson(module_of(course)), lessons_of(course)[0]
    gone.unpublish()
    changes = pending_changes(course)
    assert [step.key for step in changes.added] == [new.key]
    assert [step.key for step in changes.removed] == [gone.key]
    publish_structure(course=course)
    assert pending_changes(course).is_empty


def test_looking_at_what_would_change_gives_no_slot() -> None:
    course = make_course(lessons=1, assessments=0)
    make_lesson(module_of(course))
    pending_changes(course)
    assert StepSlot.objects.count() == 1


# Slots


def test_slots_are_never_reused() -> None:
    course = make_course(lessons=2, assessments=0)
    first, second = lessons_of(course)
    second.delete()
    new = make_lesson(module_of(course))
    publish_structure(course=course)
    assert slots_of(course.key) == {first.key: 0, second.key: 1, new.key: 2}


def test_a_step_that_comes_back_has_its_old_slot() -> None:
    course = make_course(lessons=2, assessments=0)
    first, _second = lessons_of(course)
    first.unpublish()
    publish_structure(course=course)
    first.save_revision().publish()
    outline = publish_structure(course=course)
    assert outline.document.by_key[first.key].slot == 0


def test_a_slot_is_never_deleted() -> None:
    make_course()
    slot = StepSlot.objects.first()
    assert slot
    with pytest.raises(TypeError, match="never deleted"):
        slot.delete()


def test_slots_are_never_deleted_in_bulk_either() -> None:
    make_course()
    with pytest.raises(TypeError, match="never deleted"):
        StepSlot.objects.all().delete()


@pytest.mark.database
def test_the_database_refuses_two_steps_in_one_slot_and_two_slots_for_one_step() -> None:
    course = make_course(lessons=1, assessments=0)
    step = lessons_of(course)[0].key
    for wrong in ({"step_key": uuid.uuid4(), "slot": 0}, {"step_key": step, "slot": 7}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StepSlot.objects.create(course_key=course.key, **wrong)


def test_a_moved_step_gets_a_new_slot_in_the_other_course_and_keeps_its_old_one() -> None:
    old, new = make_course(lessons=2, assessments=0), make_course(lessons=2, assessments=0)
    step = lessons_of(old)[0]
    step.move(module_of(new), pos="last-child")
    publish_structure(course=new)
    assert slots_of(old.key)[step.key] == 0
    assert slots_of(new.key)[step.key] == 2


def test_the_counter_never_lags_behind_the_slots() -> None:
    course = make_course(lessons=3, assessments=1)
    make_long_outline(course, 50)
    counter = SlotCounter.objects.get(course_key=course.key)
    assert counter.next_slot == StepSlot.objects.filter(course_key=course.key).count() == 50


# Copies and translations


def test_a_copy_of_a_course_is_another_course() -> None:
    course = make_course()
    copy = course.copy(recursive=True, update_attrs={"slug": "copy", "title": "Copy"})
    copied = CoursePage.objects.get(pk=copy.pk)
    assert copied.key != course.key
    assert CourseRun.objects.filter(course_key=copied.key).count() == 1
    assert newest_outline(copied.key) is None
    assert not {lesson.key for lesson in lessons_of(copied)} & {lesson.key for lesson in lessons_of(course)}


def test_an_alias_of_a_course_leaves_the_course_alone() -> None:
    course = make_course()
    course.create_alias(update_slug="alias")
    assert pending_changes(course).is_empty
    assert Outline.objects.count() == 1
    assert not StepWaiver.objects.exists()


def test_a_translation_is_the_same_course_with_the_same_run() -> None:
    course = make_course()
    english = translate_course(course, "en")
    assert english.key == course.key
    assert CourseRun.objects.count() == 1
    assert Outline.objects.count() == 1


def test_drift_between_languages_is_said() -> None:
    course = make_course(lessons=2, assessments=0)
    english = translate_course(course, "en")
    assert drifts(course) == []
    missing = lessons_of(english)[0]
    missing.delete()
    extra = make_lesson(ModulePage.objects.child_of(english).get(), title="Only here")
    (drift,) = drifts(course)
    assert (drift.language, drift.missing, drift.extra) == ("en", (lessons_of(course)[0].title,), (extra.title,))


# Waivers


def in_force(course: CoursePage) -> set[uuid.UUID]:
    return set(StepWaiver.objects.in_force().filter(course_key=course.key).values_list("step_key", flat=True))


@pytest.mark.parametrize("how", ["unpublish", "delete", "move", "module deleted", "module moved"])
def test_a_step_that_can_no_longer_be_opened_is_waived(how: str, django_capture_on_commit_callbacks: object) -> None:
    course = make_course(lessons=1, assessments=0)
    module = ModulePage(title="Second", slug="second", locale=course.locale)
    course.add_child(instance=module)
    module.save_revision().publish()
    step = make_lesson(module)
    publish_structure(course=course)
    elsewhere = make_course(lessons=1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        if how == "unpublish":
            step.unpublish()
        elif how == "delete":
            step.delete()
        elif how == "move":
            step.move(module_of(elsewhere), pos="last-child")
        elif how == "module deleted":
            ModulePage.objects.get(pk=module.pk).delete()
        else:
            ModulePage.objects.get(pk=module.pk).move(elsewhere, pos="last-child")
    assert in_force(course) == {step.key}


def test_moving_inside_the_course_waives_nothing(django_capture_on_commit_callbacks: object) -> None:
    course = make_course(lessons=2)
    other = ModulePage(title="Second", slug="second", locale=course.locale)
    course.add_child(instance=other)
    other.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        lessons_of(course)[0].move(other, pos="last-child")
    assert in_force(course) == set()


def test_restoring_ends_the_waiver_and_keeps_it_on_record() -> None:
    course = make_course(lessons=2)
    step = lessons_of(course)[0]
    step.unpublish()
    LessonPage.objects.get(pk=step.pk).save_revision().publish()
    waiver = StepWaiver.objects.get()
    assert (waiver.step_key, in_force(course)) == (step.key, set())
    assert waiver.ended_at
    assert waiver.began_at < waiver.ended_at


def test_a_step_that_can_be_read_in_another_language_is_not_waived() -> None:
    course = make_course(lessons=2)
    english = translate_course(course, "en")
    lessons_of(course)[0].unpublish()
    assert in_force(course) == set()
    lessons_of(english)[0].unpublish()
    assert in_force(course) == {lessons_of(course)[0].key}


@pytest.mark.parametrize("how", ["unpublish", "with its pages", "delete", "unpublish, then delete"])
def test_withdrawing_the_whole_course_waives_nothing(how: str, django_capture_on_commit_callbacks: object) -> None:
    course = make_course(lessons=2, assessments=1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        if how == "unpublish":
            course.unpublish()
        elif how == "with its pages":
            course.unpublish()
            for page in course.get_descendants().specific():
                page.unpublish()
        elif how == "delete":
            course.delete()
        else:
            course.unpublish()
            CoursePage.objects.get(pk=course.pk).delete()
    assert not StepWaiver.objects.exists()


def test_unpublishing_a_course_from_its_last_page_upwards_waives_nothing_that_completes(django_capture_on_commit_callbacks: object) -> None:
    # Wagtail's own "unpublish with descendants" takes the course first; this is the same act as an editor sees it.
    from wagtail.actions.unpublish_page import UnpublishPageAction

    course = make_course(lessons=2, assessments=0)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        UnpublishPageAction(course, user=make_user(is_superuser=True), include_descendants=True).execute(skip_permission_checks=True)
    assert not StepWaiver.objects.exists()


def test_what_went_while_the_course_was_away_is_waived_when_it_is_back(django_capture_on_commit_callbacks: object) -> None:
    course = make_course(lessons=2)
    step = lessons_of(course)[0]
    course.unpublish()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        step.delete()
    assert in_force(course) == set()
    CoursePage.objects.get(pk=course.pk).save_revision().publish()
    assert in_force(course) == {step.key}


@pytest.mark.database
def test_looking_again_changes_nothing() -> None:
    course = make_course(lessons=2)
    lessons_of(course)[0].unpublish()
    assert sync_waivers(course_key=course.key) == []
    assert StepWaiver.objects.count() == 1


@pytest.mark.database
def test_the_database_refuses_two_waivers_in_force() -> None:
    step = {"course_key": uuid.uuid4(), "step_key": uuid.uuid4()}
    StepWaiver.objects.create(**step)
    with pytest.raises(IntegrityError), transaction.atomic():
        StepWaiver.objects.create(**step)


# Runs and impact


@pytest.mark.database
def test_a_run_closes_after_it_opens() -> None:
    from django.utils import timezone

    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseRun.objects.create(course_key=uuid.uuid4(), opens_at=now, closes_at=now)


def test_impact_counts_whom_an_edit_would_touch() -> None:
    from learning.services.start_attempt import start_attempt
    from learning.services.withdraw import withdraw

    course = make_course()
    assert impact.of_course(course.key) == impact.Impact(0, 0, 0)
    enrolment = enrol_in(course)
    gone = enrol_in(course)
    withdraw(learner=gone.learner, course_key=course.key)
    start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key, language="es")
    finish_course(course)
    finish_course(make_course())
    assert impact.of_course(course.key) == impact.Impact(open_enrolments=1, open_attempts=1, certificates=1)


@pytest.mark.database
def test_everyone_may_be_moved_without_a_change() -> None:
    course = make_course()
    assert publish_structure(course=course, who=Who.EVERYONE_UNFINISHED).version == 1
    assert Outline.objects.count() == 1


def test_a_new_assessment_keeps_the_slots_of_the_others() -> None:
    course = make_course(lessons=1, assessments=1)
    before = slots_of(course.key)
    make_assessment(module_of(course))
    publish_structure(course=course)
    after = slots_of(course.key)
    assert {key: after[key] for key in before} == before
