"""What an editor can do to a course through the admin's own views, and what must not happen to learners by it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page, Revision

from core.bin import bin_entries
from courses.models import AssessmentPage, CoursePage, CourseRun, LessonPage, ModulePage, StepSlot, StepWaiver
from courses.services.publish_structure import newest_outline
from courses.tree import pending_changes
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from tests.courses import desk
from tests.factories import (
    assessment_of,
    enrol_in,
    finish_course,
    lessons_of,
    make_course,
    make_lesson,
    make_user,
    module_of,
    pass_assessment,
    right_answers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    """Whoever may delete what has pages below it: authors may not."""
    return desk.signed_in(make_user(is_superuser=True))


@pytest.fixture
def author() -> Client:
    return desk.signed_in(desk.author())


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=3)


@pytest.fixture
def finished(course: CoursePage) -> Enrolment:
    return finish_course(course)


@pytest.fixture
def halfway(course: CoursePage) -> Enrolment:
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    return enrolment


def record_of(enrolment: Enrolment) -> dict[str, Any]:
    """Everything of a record that editing must leave alone."""
    fresh = Enrolment.objects.get(pk=enrolment.pk)
    return {
        "bits": fresh.done_bits,
        "completed": fresh.completed_at,
        "outline": fresh.outline_id,
        "attempts": list(Attempt.objects.filter(enrolment=fresh).values("paper", "answers", "score", "passed")),
        "credentials": list(Credential.objects.filter(enrolment=fresh).values("snapshot", "code", "revoked_at")),
    }


def waived(course: CoursePage) -> set[Any]:
    return StepWaiver.objects.steps_of(course.key)


# Delete


def is_gone(page: Page) -> bool:
    """Whether nothing knows a page any more: it lies in the bin, under another key."""
    return not Page.objects.filter(translation_key=page.translation_key, locale=page.locale).exists() and bin_entries().exists()


def test_a_lesson_with_records_is_deleted(
    author: Client, course: CoursePage, finished: Enrolment, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before, lesson = [record_of(finished), record_of(halfway)], lessons_of(course)[0]
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "delete", lesson.pk)
    assert is_gone(lesson)
    assert [record_of(finished), record_of(halfway)] == before
    assert waived(course) == {lesson.key}


def test_a_module_is_deleted_by_whoever_may_delete_what_is_below_it(
    author: Client, administrator: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    other = ModulePage(title="Second", slug="second", locale=course.locale)
    course.add_child(instance=other)
    other.save_revision().publish()
    lesson = make_lesson(other)
    desk.publish_its_structure(administrator, course)
    before, url = record_of(halfway), reverse("wagtailadmin_pages:delete", args=[other.pk])
    assert author.post(url).status_code in {302, 403}
    assert ModulePage.objects.filter(pk=other.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        administrator.post(url)
    assert is_gone(other)
    assert record_of(halfway) == before
    assert waived(course) == {lesson.key}


@pytest.mark.parametrize("how", ["delete", "bulk", "with the catalogue"])
def test_a_course_that_people_are_taking_is_not_deleted(administrator: Client, course: CoursePage, halfway: Enrolment, how: str) -> None:
    target = desk.catalogue() if how == "with the catalogue" else course
    confirm = {"wagtail_site_name": "Puente"}
    answer = (
        desk.bulk(administrator, "delete", target, **confirm) if how == "bulk" else desk.post(administrator, "delete", target.pk, **confirm)
    )
    assert "people are in the middle of it (1)" in desk.said(answer)
    assert CoursePage.objects.filter(pk=course.pk).exists()


@pytest.mark.parametrize("how", ["delete", "bulk"])
def test_certificates_outlive_a_deleted_course(
    administrator: Client, client: Client, course: CoursePage, finished: Enrolment, how: str, django_capture_on_commit_callbacks: Any
) -> None:
    before, credential = record_of(finished), Credential.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        if how == "bulk":
            desk.bulk(administrator, "delete", course, wagtail_site_name="Puente")
        else:
            desk.post(administrator, "delete", course.pk, wagtail_site_name="Puente")
    assert is_gone(course)
    assert record_of(finished) == before
    assert client.get(f"/credentials/{credential.pk}/").status_code == 200
    assert not StepWaiver.objects.exists()


def test_one_language_of_a_course_may_go_while_another_is_left(administrator: Client, course: CoursePage, halfway: Enrolment) -> None:
    from tests.factories import translate_course

    english = translate_course(course)
    desk.post(administrator, "delete", english.pk, wagtail_site_name="Puente")
    assert is_gone(english)
    assert CoursePage.objects.filter(pk=course.pk).exists()


# Unpublish and publish again


def test_a_lesson_is_unpublished_and_published_again(
    author: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before, lesson = record_of(halfway), lessons_of(course)[0]
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "unpublish", lesson.pk)
    assert waived(course) == {lesson.key}
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.edit(author, lesson).status_code == 302
    assert waived(course) == set()
    assert record_of(halfway) == before
    assert pending_changes(course).added == ()


def test_a_course_is_withdrawn_with_all_its_pages(
    author: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before = record_of(halfway)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "unpublish", course.pk, include_descendants="on")
    assert not CoursePage.objects.get(pk=course.pk).live
    assert record_of(halfway) == before
    assert not StepWaiver.objects.exists()


@pytest.mark.parametrize("act", ["unpublish", "delete"])
def test_many_steps_at_once(
    author: Client, course: CoursePage, halfway: Enrolment, act: str, django_capture_on_commit_callbacks: Any
) -> None:
    before, first, second = record_of(halfway), *lessons_of(course)[:2]
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.bulk(author, act, first, second).status_code == 200
    assert not LessonPage.objects.live().filter(pk__in=[first.pk, second.pk]).exists()
    assert record_of(halfway) == before
    assert waived(course) == {first.key, second.key}


# Move


@pytest.mark.parametrize("how", ["move_confirm", "bulk"])
def test_a_step_moved_to_another_course(
    author: Client, course: CoursePage, halfway: Enrolment, how: str, django_capture_on_commit_callbacks: Any
) -> None:
    other, before, lesson = make_course(lessons=1), record_of(halfway), lessons_of(course)[0]
    with django_capture_on_commit_callbacks(execute=True):
        if how == "bulk":
            desk.bulk(author, "move", lesson, chooser=str(module_of(other).pk))
        else:
            desk.post(author, "move_confirm", lesson.pk, module_of(other).pk)
        desk.publish_its_structure(author, other)
    assert set(StepSlot.objects.filter(step_key=lesson.key).values_list("course_key", flat=True)) == {course.key, other.key}
    assert record_of(halfway) == before
    assert waived(course) == {lesson.key}
    assert enrol_in(other, halfway.learner).done_bits == 0


def test_a_module_moved_to_another_course(
    author: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    other, before, module = make_course(lessons=1), record_of(halfway), module_of(course)
    module.slug = "moved"
    module.save_revision().publish()
    keys = {lesson.key for lesson in lessons_of(course)} | {assessment_of(course).key}
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(author, "move_confirm", module.pk, other.pk)
        desk.publish_its_structure(author, other)
    outline = newest_outline(other.key)
    assert outline is not None
    assert keys <= set(outline.document.by_key)
    assert record_of(halfway) == before
    assert waived(course) == keys


def test_a_lesson_is_not_moved_to_where_it_cannot_stand(author: Client, course: CoursePage) -> None:
    lesson = lessons_of(course)[0]
    answer = author.post(reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, desk.catalogue().pk]))
    assert answer.status_code in {302, 403}
    assert lessons_of(course)[0].pk == lesson.pk


# Copy


def test_a_copied_course_is_nobodys(author: Client, course: CoursePage, halfway: Enrolment) -> None:
    form = {
        "new_title": "Copia",
        "new_slug": "copia",
        "new_parent_page": desk.catalogue().pk,
        "copy_subpages": "on",
        "publish_copies": "on",
    }
    desk.post(author, "copy", course.pk, **form)
    copy = CoursePage.objects.get(slug="copia")
    theirs = {page.translation_key for page in copy.get_descendants(inclusive=True)}
    assert not theirs & {page.translation_key for page in course.get_descendants(inclusive=True)}
    assert CourseRun.objects.filter(course_key=copy.key).count() == 1
    assert newest_outline(copy.key) is None
    assert not Enrolment.objects.filter(course_key=copy.key).exists()
    desk.publish_its_structure(author, copy)
    assert enrol_in(copy, halfway.learner).done_bits == 0


def test_the_questions_of_a_copied_assessment_keep_their_ids_and_papers_stay_apart(
    author: Client, course: CoursePage, halfway: Enrolment
) -> None:
    """A question's id says which it is inside a paper, and a paper belongs to a step: the copy is another step."""
    source = assessment_of(course)
    form = {"new_title": "Copia", "new_slug": "copia", "new_parent_page": module_of(course).pk, "publish_copies": "on"}
    desk.post(author, "copy", source.pk, **form)
    copy = AssessmentPage.objects.get(slug="copia")
    assert [question.id for question in copy.questions] == [question.id for question in source.questions]
    desk.publish_its_structure(author, course, who="everyone")
    pass_assessment(halfway, source)
    mine = Attempt.objects.get(enrolment=halfway)
    assert mine.step_key == source.key
    slot = StepSlot.objects.get(course_key=course.key, step_key=copy.key).slot
    assert not Enrolment.objects.get(pk=halfway.pk).done_bits >> slot & 1


# Rename, revert, schedule


def test_new_addresses_change_nothing_anybody_has(
    author: Client, client: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before, lesson = record_of(halfway), lessons_of(course)[0]
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.edit(author, lesson, slug="otra-direccion").status_code == 302
        assert desk.edit(author, course, slug="otro-curso").status_code == 302
    renamed = LessonPage.objects.get(pk=lesson.pk)
    assert renamed.key == lesson.key
    assert renamed.get_url() == "/es/courses/otro-curso/module/otra-direccion/"
    assert "/otro-curso/module/otra-direccion/" in client.get("/es/courses/otro-curso/").content.decode()
    assert record_of(halfway) == before
    assert waived(course) == set()


def test_an_earlier_revision_brings_back_questions_with_their_ids(author: Client, course: CoursePage, halfway: Enrolment) -> None:
    page = assessment_of(course)
    first = page.get_latest_revision()
    ids = [question.id for question in page.questions]
    attempt = start_attempt(learner=halfway.learner, course_key=course.key, step_key=page.key, language="es")
    assert desk.edit(author, page).status_code == 302
    changed = AssessmentPage.objects.get(pk=page.pk)
    assert not {question.id for question in changed.questions} & set(ids)
    assert Attempt.objects.get(pk=attempt.pk).paper == attempt.paper, "an open paper is frozen"
    shown = author.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk]))
    assert shown.status_code == 200
    old = shown.context["form"].instance
    assert [question.id for question in old.questions] == ids
    asked = [
        desk.question(
            question.value["text"],
            *(desk.option(one.value["text"], correct=one.value["correct"], key=one.id) for one in question.value["options"].bound_blocks),
            multiple=question.value["multiple"],
        )
        for question in old.questions
    ]
    assert desk.edit(author, page, questions=desk.questions(*asked, keys=ids)).status_code == 302
    back = AssessmentPage.objects.get(pk=page.pk)
    assert [question.id for question in back.questions] == ids
    assert right_answers(back) == right_answers(page)


def test_a_scheduled_step_begins_and_expires(
    author: Client, course: CoursePage, halfway: Enrolment, django_capture_on_commit_callbacks: Any
) -> None:
    before, lesson, soon = record_of(halfway), lessons_of(course)[0], timezone.now() + datetime.timedelta(hours=1)
    assert desk.edit(author, lesson, go_live_at=soon.strftime("%Y-%m-%d %H:%M"), expire_at="").status_code == 302
    Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=timezone.now() - datetime.timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("publish_scheduled")
    assert waived(course) == set()
    LessonPage.objects.filter(pk=lesson.pk).update(expire_at=timezone.now() - datetime.timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("publish_scheduled")
    assert not LessonPage.objects.get(pk=lesson.pk).live
    assert waived(course) == {lesson.key}
    assert record_of(halfway) == before


def test_two_editors_at_once_lose_nothing(author: Client, course: CoursePage) -> None:
    lesson, other = lessons_of(course)[0], desk.signed_in(desk.author("second@example.org"))
    assert desk.edit(author, lesson, publish=False, title="La primera").status_code == 302
    assert desk.edit(other, lesson, publish=False, title="La segunda").status_code == 302
    titles = [revision.as_object().title for revision in Page.objects.get(pk=lesson.pk).revisions.order_by("pk")]
    assert titles[-2:] == ["La primera", "La segunda"]
    assert LessonPage.objects.get(pk=lesson.pk).title == lesson.title


# What is typed


@pytest.mark.parametrize("minutes", ["0", "99999", "601", "-5", "diez", "", "7.5"])
def test_minutes_that_are_none_are_refused(author: Client, course: CoursePage, minutes: str) -> None:
    answer = desk.add(author, LessonPage, module_of(course), minutes=minutes)
    assert "minutes" in answer.context["form"].errors
    assert not LessonPage.objects.filter(slug="leccion-1").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("honours_mark", "50"),
        ("honours_mark", "101"),
        ("pass_mark", "0"),
        ("pass_mark", "x"),
        ("pass_mark", ""),
        ("attempts_allowed", "99999"),
        ("attempts_allowed", "-1"),
    ],
)
def test_marks_and_attempts_that_are_none_are_refused(author: Client, course: CoursePage, field: str, value: str) -> None:
    answer = desk.add(author, AssessmentPage, module_of(course), **{field: value})
    assert field in answer.context["form"].errors


@pytest.mark.parametrize(
    "asked",
    [
        [],
        [desk.question("¿?", desk.option("Una"), desk.option("Otra"))],
        [desk.question("¿?", desk.option("Una", correct=True), desk.option("Otra", correct=True))],
        [desk.question("¿?", desk.option("Una", correct=True))],
        [desk.question("¿?", *[desk.option("Una", correct=True)] * 9, multiple=True)],
        [desk.question("", desk.option("Una", correct=True), desk.option("Otra"))],
    ],
    ids=["none", "no right option", "two right options of one", "one option", "nine options", "no words"],
)
def test_questions_that_nobody_could_answer_are_not_published(author: Client, course: CoursePage, asked: list[Any]) -> None:
    answer = desk.add(author, AssessmentPage, module_of(course), questions=desk.questions(*asked))
    assert answer.status_code == 200
    assert "questions" in answer.context["form"].errors
    assert not AssessmentPage.objects.filter(slug="prueba-1", live=True).exists()


def test_as_many_questions_as_a_form_can_carry(author: Client, course: CoursePage) -> None:
    """A hundred of eight options; of two hundred the author is told, and the form comes back as it was."""
    options = [desk.option(f"Opción {i}", correct=i == 0) for i in range(8)]
    hundred = [desk.question(f"¿{i}?", *options) for i in range(100)]
    page = desk.made(author, AssessmentPage, module_of(course), questions=desk.questions(*hundred))
    assert len(page.questions) == 100
    answer = desk.edit(author, page, questions=desk.questions(*(desk.question(f"¿{i}?") for i in range(200))))
    assert answer.status_code == 200
    assert "questions" in answer.context["form"].errors
    assert len(answer.context["form"]["questions"].value()) == 200


@pytest.mark.parametrize("title", ["ñ" * 255, "<b>título</b>", "؟" * 255, "  espacios  "])
def test_any_title_is_published_and_read(
    author: Client, client: Client, course: CoursePage, title: str, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        slug = slugify(title, allow_unicode=True)[:255] or "titulo"
        page = desk.made(author, LessonPage, module_of(course), title=title, slug=slug)
        desk.publish_its_structure(author, course)
    answer = client.get(page.get_url())
    assert answer.status_code == 200
    assert "<b>título</b>" not in answer.content.decode()
    assert client.get(course.get_url()).status_code == 200
    enrol(learner=make_user(), course_key=course.key, language="es")


def test_a_title_that_is_too_long_is_refused(author: Client, course: CoursePage) -> None:
    assert "title" in desk.add(author, LessonPage, module_of(course), title="ñ" * 256).context["form"].errors


@pytest.mark.parametrize("slug", ["learning", "search"])
def test_addresses_of_the_site_itself_are_free_inside_the_catalogue(
    author: Client, client: Client, slug: str, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        course = desk.made(author, CoursePage, desk.catalogue(), slug=slug)
    assert course.get_url() == f"/es/courses/{slug}/"
    assert client.get(course.get_url()).status_code == 200
    assert client.get("/es/search/").status_code == 200
