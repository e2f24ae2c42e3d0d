"""An author makes a course from nothing to a published structure without leaving the admin, and sees whom each act touches."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.models import Page, PageLogEntry

from accounts.models import User
from courses import impact
from courses.models import AssessmentPage, CoursePage, LessonPage, ModulePage
from courses.tree import newest_outline, pending_changes
from courses.viewsets import CatalogueIndexView, StepsIndexView
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
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
    translate_course,
)
from tests.registries import as_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Client:
    return desk.signed_in(desk.author())


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=3)


@pytest.fixture
def step_counts() -> Iterator[dict[UUID, int]]:
    """An answer to "who has done this step?", as a floor above gives it."""
    counts: dict[UUID, int] = {}
    with as_before(impact.SOURCES):
        record = impact.SOURCES["learning"]
        impact.SOURCES.remove("learning")
        impact.SOURCES.register(dataclasses.replace(record, of_steps=lambda course_key, step_keys: counts))
        yield counts


def explore(client: Client, page: Page, **query: str) -> str:
    return client.get(reverse("wagtailadmin_explore", args=[page.pk]), query).content.decode()


def edit_page(client: Client, page: Page) -> str:
    return client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()


def test_from_nothing_to_a_course_that_somebody_finishes(author: Client, client: Client) -> None:
    course = desk.made(author, CoursePage, desk.catalogue())
    module = desk.made(author, ModulePage, course)
    lesson = desk.made(author, LessonPage, module)
    assessment = desk.made(author, AssessmentPage, module)
    assert [len(question.value["options"]) for question in assessment.questions] == [2, 2]
    assert "not published yet" in explore(author, course)
    answer = desk.publish_its_structure(author, course)
    assert "Structure 1" in desk.said(answer)
    assert "Migración" in client.get("/es/courses/").content.decode()
    assert lesson.title in client.get(course.get_url()).content.decode()
    enrolment = enrol(learner=make_user(), course_key=course.key, language="es")
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    pass_assessment(enrolment, assessment)
    enrolment.refresh_from_db()
    assert enrolment.completed_at


def test_drafts_may_have_loose_ends(author: Client) -> None:
    course = desk.made(author, CoursePage, desk.catalogue())
    module = desk.made(author, ModulePage, course)
    url = reverse("wagtailadmin_pages:add", args=["courses", "assessmentpage", module.pk])
    answer = author.post(url, desk.assessment_form(questions=desk.questions()))
    assert answer.status_code == 302, answer.context["form"].errors
    assert not AssessmentPage.objects.get().live


def test_publishing_the_structure_is_in_the_history_of_the_course(author: Client, course: CoursePage) -> None:
    make_lesson(module_of(course))
    desk.publish_its_structure(author, course, who="everyone")
    entry = PageLogEntry.objects.get(page=course.pk, action="courses.publish_structure")
    assert entry.user is not None
    assert entry.data == {"version": 2, "who": "everyone"}
    assert "Structure published" in author.get(reverse("wagtailadmin_pages:history", args=[course.pk])).content.decode()


# The right to publish a structure


def without(right: str) -> Client:
    person = desk.author()
    group = person.groups.get()
    group.permissions.remove(group.permissions.get(codename=right))
    return desk.signed_in(User.objects.get(pk=person.pk))


def test_the_right_to_publish_pages_is_not_the_right_to_publish_structures(course: CoursePage) -> None:
    make_lesson(module_of(course), title="Nueva")
    client = without("publish_structure")
    page = client.get(reverse("course_structure", args=[course.pk]))
    assert page.status_code == 200
    assert "Nueva" in page.content.decode()
    assert '<form method="post"' not in page.content.decode()
    assert "See what would change" in edit_page(client, course)
    assert client.post(reverse("course_structure", args=[course.pk]), {"who": "new"}).status_code in {302, 403}
    assert newest_outline(course.key).version == 1  # type: ignore[union-attr]


def test_the_right_to_publish_structures_is_nothing_without_the_page(course: CoursePage) -> None:
    make_lesson(module_of(course))
    person = desk.author()
    person.groups.get().page_permissions.all().delete()
    client = desk.signed_in(User.objects.get(pk=person.pk))
    assert client.get(reverse("course_structure", args=[course.pk])).status_code in {302, 403}
    assert client.post(reverse("course_structure", args=[course.pk]), {"who": "new"}).status_code in {302, 403}
    assert newest_outline(course.key).version == 1  # type: ignore[union-attr]


def test_a_step_by_someone_who_lost_the_right_is_refused(course: CoursePage) -> None:
    person = desk.author()
    client = desk.signed_in(person)
    module = module_of(course)
    person.groups.clear()
    url = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
    assert client.post(url, desk.lesson_form()).status_code in {302, 403}
    assert desk.edit(client, lessons_of(course)[0], title="Otra").status_code in {302, 403}
    assert not LessonPage.objects.filter(title__in=["Lección 1", "Otra"]).exists()


def test_nobody_publishes_a_structure_in_which_a_test_has_no_questions(author: Client, course: CoursePage) -> None:
    page = assessment_of(course)
    make_lesson(module_of(course))
    AssessmentPage.objects.filter(pk=page.pk).update(questions="[]")
    assert "has no questions" in desk.said(desk.publish_its_structure(author, course))
    assert newest_outline(course.key).version == 1  # type: ignore[union-attr]


# What authors see


def test_the_course_says_where_its_structure_stands(author: Client, course: CoursePage) -> None:
    enrol_in(course)
    finish_course(course)
    for html in (edit_page(author, course), explore(author, course)):
        assert "Learners have structure 1." in html
        assert "It is what the pages say." in html
        assert "1 person is taking this course." in html
        assert "1 certificate was earned here" in html
    make_lesson(module_of(course))
    lessons_of(course)[0].unpublish()
    for html in (edit_page(author, course), explore(author, course)):
        assert "2 changes are not in it yet." in html
        assert reverse("course_structure", args=[course.pk]) in html


def test_the_catalogue_lists_courses_with_their_structure(author: Client, course: CoursePage) -> None:
    make_course(publish=False, title="Sin estructura")
    make_lesson(module_of(course))
    html = explore(author, desk.catalogue())
    assert "version 1 · 1 change waits" in html
    assert "not published yet" in html


def test_other_languages_that_differ_are_named(author: Client, course: CoursePage) -> None:
    english = translate_course(course)
    assert "Other steps than the source language" not in edit_page(author, course)
    make_lesson(module_of(course))
    for page in (course, english):
        assert "Other steps than the source language: English." in edit_page(author, page)
        assert "Learners have structure 1." in edit_page(author, page)


def test_a_step_says_who_has_done_it(author: Client, course: CoursePage, step_counts: dict[UUID, int]) -> None:
    enrol_in(course)
    lesson = lessons_of(course)[0]
    step_counts[lesson.key] = 12
    html = edit_page(author, lesson)
    assert "1 person is taking this course." in html
    assert "12 people have done this step, and keep it." in html
    assert "Nobody has done this step yet." in edit_page(author, lessons_of(course)[1])
    assert "Of its 4 steps, 1 were done by somebody" in edit_page(author, module_of(course))


@pytest.mark.parametrize("act", ["delete", "unpublish", "move_confirm"])
def test_whoever_takes_a_step_away_reads_first_whom_it_touches(
    author: Client, course: CoursePage, step_counts: dict[UUID, int], act: str
) -> None:
    enrol_in(course)
    lesson = lessons_of(course)[0]
    step_counts[lesson.key] = 12
    other = make_course(title="<b>Otra</b>")
    args = [lesson.pk, module_of(other).pk] if act == "move_confirm" else [lesson.pk]
    html = author.get(reverse(f"wagtailadmin_pages:{act}", args=args)).content.decode()
    assert "1 person is taking this course." in html
    assert "12 people have done this step, and keep it." in html
    if act == "move_confirm":
        assert "In “&lt;b&gt;Otra&lt;/b&gt;” it is new" in html


@pytest.mark.parametrize("act", ["delete", "unpublish", "move"])
def test_many_at_once_say_it_too(course: CoursePage, step_counts: dict[UUID, int], act: str) -> None:
    enrol_in(course)
    administrator = desk.signed_in(make_user(is_superuser=True))
    ids = "&".join(f"id={lesson.pk}" for lesson in lessons_of(course))
    html = administrator.get(f"/admin/bulk/wagtailcore/page/{act}/?{ids}").content.decode()
    assert html.count("1 person is taking this course.") == 1


def test_a_move_says_that_other_languages_stay(author: Client, course: CoursePage) -> None:
    translate_course(course)
    lesson, other = lessons_of(course)[0], make_course()
    html = author.get(reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, module_of(other).pk])).content.decode()
    assert "stay where they are: English." in html


def test_a_new_page_touches_nobody(author: Client, course: CoursePage) -> None:
    for name, parent in (("coursepage", desk.catalogue()), ("modulepage", course), ("lessonpage", module_of(course))):
        html = author.get(reverse("wagtailadmin_pages:add", args=["courses", name, parent.pk])).content.decode()
        assert "Whom a change touches" not in html
        assert "Structure and learners" not in html


def test_titles_are_text_wherever_an_author_reads_them(author: Client, step_counts: dict[UUID, int]) -> None:
    nasty = "<script>alert(1)</script>"
    course = make_course(title=nasty)
    translate_course(course)
    for page in [*course.get_descendants(inclusive=True).specific()]:
        page.title = nasty
        page.save_revision().publish()
    lesson = lessons_of(course)[0]
    make_lesson(module_of(course), title=nasty)
    AssessmentPage.objects.update(questions="[]")
    urls = [
        *(reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in (course, module_of(course), lesson)),
        *(reverse("wagtailadmin_explore", args=[page.pk]) for page in (course, module_of(course), desk.catalogue())),
        reverse("course_structure", args=[course.pk]),
        reverse("wagtailadmin_pages:delete", args=[lesson.pk]),
        reverse("wagtailadmin_pages:unpublish", args=[lesson.pk]),
        reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, module_of(make_course()).pk]),
    ]
    for url in urls:
        assert nasty not in author.get(url).content.decode(), url
    assert nasty not in desk.publish_its_structure(author, course).content.decode()


# The explorer


def test_the_list_of_steps_has_what_an_author_needs(author: Client, course: CoursePage) -> None:
    module = module_of(course)
    first = lessons_of(course)[0]
    first.unpublish()
    make_lesson(module, title="Nueva", minutes=33, required=False)
    draft = LessonPage(title="Borrador", slug="borrador", live=False)
    module.add_child(instance=draft)
    html = explore(author, module)
    for words in (
        "Kind",
        "Minutes",
        "Required",
        "In the structure",
        "33",
        "Lesson",
        "Assessment",
        "The order of the steps reaches learners",
    ):
        assert words in html, words
    for words in ("Yes, until the next publication", "From the next publication"):
        assert html.count(words) == 1, words


def test_searching_below_a_course_finds_its_lessons(author: Client, course: CoursePage) -> None:
    make_lesson(module_of(course), title="Remesas")
    assert "Remesas" in explore(author, course, q="Remesas")
    assert "Remesas" in author.get(reverse("wagtailadmin_explore_results", args=[course.pk]), {"q": "Remesas"}).content.decode()


def test_a_new_order_reaches_learners_with_the_structure(
    author: Client, client: Client, course: CoursePage, django_capture_on_commit_callbacks: Any
) -> None:
    first, second, third = (lesson.title for lesson in lessons_of(course))
    url = reverse("wagtailadmin_pages:set_page_position", args=[lessons_of(course)[2].pk]) + "?position=0"
    assert author.post(url).status_code == 200
    assert [lesson.title for lesson in lessons_of(course)] == [third, first, second]
    assert pending_changes(course).reordered

    def drawn() -> list[int]:
        html = client.get(course.get_url()).content.decode()
        return [html.index(title) for title in (first, second, third)]

    assert drawn() == sorted(drawn())
    with django_capture_on_commit_callbacks(execute=True):
        desk.publish_its_structure(author, course)
    assert drawn()[2] < drawn()[0] < drawn()[1]


def queries_of(client: Client, page: Page) -> int:
    explore(client, page)  # site, content types and rights are kept by the process
    with CaptureQueriesContext(connection) as seen:
        explore(client, page)
    return len(seen)


def ours(client: Client, page: Page, view: type[ExplorableIndexView], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many queries our columns add to Wagtail's own list."""
    with_ours = queries_of(client, page)
    with monkeypatch.context() as patch:
        patch.setattr(view, "get_table", ExplorableIndexView.get_table)
        return with_ours - queries_of(client, page)


def test_our_columns_ask_the_same_of_few_steps_and_of_many(author: Client, course: CoursePage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The course, its source, its outline, modules, two kinds of steps, titles: seven. Wagtail asks about each row by itself."""
    module = module_of(course)
    assert ours(author, module, StepsIndexView, monkeypatch) <= 7
    for _number in range(96):
        make_lesson(module)
    assert ours(author, module, StepsIndexView, monkeypatch) <= 7


def test_our_columns_ask_the_same_of_few_courses_and_of_many(author: Client, course: CoursePage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ours(author, desk.catalogue(), CatalogueIndexView, monkeypatch) <= 6
    for _number in range(5):
        make_course(lessons=2)
    assert ours(author, desk.catalogue(), CatalogueIndexView, monkeypatch) <= 6


def test_the_panels_ask_the_same_of_a_short_and_of_a_long_course(author: Client, course: CoursePage) -> None:
    def queries(page: Page) -> int:
        edit_page(author, page)
        with CaptureQueriesContext(connection) as seen:
            edit_page(author, page)
        return len(seen)

    short = [queries(page) for page in (course, module_of(course), lessons_of(course)[0])]
    for _number in range(40):
        make_lesson(module_of(course))
    assert [queries(page) for page in (course, module_of(course), lessons_of(course)[0])] <= short


# Copies


def test_a_copied_lesson_is_a_new_step(author: Client, course: CoursePage) -> None:
    lesson = lessons_of(course)[0]
    form: dict[str, Any] = {"new_title": "Copia", "new_slug": "copia", "new_parent_page": module_of(course).pk, "publish_copies": "on"}
    answer = desk.post(author, "copy", lesson.pk, **form)
    assert "nobody has done it" in desk.said(answer)
    copy = LessonPage.objects.get(slug="copia")
    assert copy.key != lesson.key
    assert copy.live
    assert [step.key for step in pending_changes(course).added] == [copy.key]
    assert "From the next publication" in explore(author, module_of(course))


@pytest.mark.parametrize("page", ["course", "module", "lesson", "catalogue"])
def test_no_part_of_a_course_becomes_an_alias(author: Client, course: CoursePage, page: str) -> None:
    source: Page = {
        "course": course,
        "module": module_of(course),
        "lesson": lessons_of(course)[0],
        "catalogue": desk.catalogue(),
    }[page]
    client = author if page != "catalogue" else desk.signed_in(make_user(is_superuser=True))
    url = reverse("wagtailadmin_pages:copy", args=[source.pk])
    assert 'name="alias"' not in client.get(url).content.decode()
    form = {"new_title": "Alias", "new_slug": "alias", "new_parent_page": source.get_parent().pk, "copy_subpages": "on", "alias": "on"}
    answer = client.post(url, form)
    assert "cannot be an alias" in str(answer.context["form"].errors)
    assert not Page.objects.filter(alias_of__isnull=False).exists()


@pytest.mark.parametrize("parent", ["", "999999", "x"])
def test_a_copy_to_nowhere_is_asked_again(author: Client, course: CoursePage, parent: str) -> None:
    url = reverse("wagtailadmin_pages:copy", args=[lessons_of(course)[0].pk])
    answer = author.post(url, {"new_title": "Copia", "new_slug": "copia", "new_parent_page": parent})
    assert answer.status_code == 200
    assert not LessonPage.objects.filter(slug="copia").exists()
