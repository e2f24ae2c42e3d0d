"""The record of a course: drawn once for all who take it, and each sees their own."""

from __future__ import annotations

import re
import uuid
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from core.generation import current
from courses.models import CoursePage, Outline, StepWaiver
from courses.outline import OutlineDocument, OutlineModule, to_json
from courses.services.publish_structure import publish_structure
from learning.models import Enrolment
from learning.services.course_state import course_state
from learning.services.record_progress import record_progress
from learning.services.withdraw import withdraw
from learning.views import record_page
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    finish_course,
    lessons_of,
    make_course,
    make_lesson,
    make_long_outline,
    make_user,
    module_of,
    pass_assessment,
    resume,
    sign_in,
    translate_course,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=3, assessments=0)


def see(enrolment: Enrolment, query: str = "", language: str = "en") -> str:
    client = Client()
    sign_in(client, enrolment.learner)
    answer = client.get(f"/{language}/learning/{enrolment.course_key}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def ticks(page: str) -> list[bool]:
    """Which steps are shown as done, in order."""
    return ["data-state" in row for row in re.findall(r'data-step="[^>]*>', page)]


def do(enrolment: Enrolment, *numbers: int) -> None:
    steps = enrolment.document.steps
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(steps[number].key) for number in numbers])


def drawings(enrolments: list[Enrolment]) -> int:
    """How often the page is drawn while these people look at theirs."""
    with patch.object(record_page, "_draw", wraps=record_page._draw) as draw:
        for enrolment in enrolments:
            see(enrolment)
    return draw.call_count


def test_everyone_sees_their_own_ticks_percent_name_and_token(course: CoursePage) -> None:
    one, other = enrol_in(course), enrol_in(course)
    do(one, 0, 2)
    pages = [see(one), see(other), see(one)]
    assert [ticks(page) for page in pages] == [[True, False, True], [False] * 3, [True, False, True]]
    assert [re.search(r"You are at (\d+)%", page)[1] for page in pages] == ["66", "0", "66"]  # type: ignore[index]
    assert one.learner.email in pages[0]
    assert other.learner.email not in pages[0] + pages[2]
    assert one.learner.email not in pages[1]
    tokens = [re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1] for page in pages]  # type: ignore[index]
    assert len(set(tokens)) == 3


def test_the_token_of_the_page_is_the_readers(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrol_in(course))
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, enrolment.learner)
    address = f"/en/learning/{course.key}/"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(address).content.decode())[1]  # type: ignore[index]
    assert strict.post(address, {"action": "withdraw", "csrfmiddlewaretoken": token}).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.WITHDRAWN


def test_it_is_drawn_once_for_all_who_stand_alike(course: CoursePage) -> None:
    people = [enrol_in(course) for _number in range(3)]
    do(people[1], 0)
    assert drawings([*people, *people]) == 1


def test_what_is_kept_knows_nobody(course: CoursePage) -> None:
    person = enrol_in(course, make_user("very.recognisable@example.org", printed_name="Very Recognisable"))
    see(person, f"?module={module_of(course).translation_key}")
    see(person)
    kept = repr([(key, sheet.form._parts, sheet.rows) for key, sheet in record_page._sheets._found.items()])
    assert str(course.key) in kept
    assert "ecognisable" not in kept


def test_three_statements_at_any_length(course: CoursePage) -> None:
    counts = []
    for length in (3, 1000):
        long = make_course(lessons=3, assessments=0)
        make_long_outline(long, length)
        enrolment = enrol_in(long)
        client = Client()
        sign_in(client, enrolment.learner)
        address = f"/en/learning/{long.key}/"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    # Session and person, the enrolment, the content generation.
    assert counts == [3, 3]


# What is kept ends with what it was drawn from


def test_another_title_is_seen_at_once(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrolment)
    lesson = lessons_of(course)[0]
    lesson.title = "Quite <another> title"
    lesson.save_revision().publish()
    assert escape("Quite <another> title") in see(enrolment, language="es")


def test_titles_are_texts_wherever_they_stand(course: CoursePage) -> None:
    odd = """<script>alert("x")</script> & 'q' {{ x }} %s"""
    for page in (course, module_of(course), *lessons_of(course)):
        page.title = odd
        page.save_revision().publish()
    enrolment = enrol_in(course)
    do(enrolment, 1)
    shown = see(enrolment, language="es")
    assert "<script>alert" not in shown
    assert shown.count(escape(odd)) == 2 + 1 + 3 + 2 + 1, "title and heading, module, rows, explanation, where to go on"


def test_a_step_that_has_a_page_in_another_language_only_is_named_as_support_names_it(course: CoursePage) -> None:
    enrolment = enrol_in(course, language="en")
    do(enrolment, 1)
    state = course_state(learner=enrolment.learner, course_key=course.key, language="en")
    assert state is not None
    with override("en"):
        assert escape(state.explanation) in see(enrolment, language="en")


def test_a_course_that_is_gone_says_so_and_comes_back(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    assert "Continue" in see(enrolment)
    course.unpublish()
    gone = see(enrolment)
    assert "no longer published" in gone
    assert "Continue" not in gone
    course.save_revision().publish()
    assert "Continue" in see(enrolment)


def test_a_waived_step_is_left_out_and_comes_back(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    assert len(ticks(see(enrolment))) == 3
    waiver = StepWaiver.objects.create(course_key=course.key, step_key=enrolment.document.steps[1].key)
    assert len(ticks(see(enrolment))) == 2
    waiver.ended_at = timezone.now()
    waiver.save()
    assert len(ticks(see(enrolment))) == 3


def test_each_sees_the_outline_that_they_are_pinned_to(course: CoursePage) -> None:
    before = enrol_in(course)
    make_lesson(module_of(course))
    publish_structure(course=course)
    after = enrol_in(course)
    assert [len(ticks(see(enrolment))) for enrolment in (before, after, before)] == [3, 4, 3]


def test_each_language_has_its_own(course: CoursePage) -> None:
    translate_course(course)
    enrolment = enrol_in(course)
    for language, words in (("es", "Qué está hecho y qué falta"), ("en", "What is done and what is not")):
        page = see(enrolment, language=language)
        assert words in page
        assert f'<html lang="{language}"' in page


def test_finishing_changes_the_page_and_the_button(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    assert "Continue" in see(enrolment)
    do(enrolment, 0, 1, 2)
    finished = see(enrolment)
    assert "You are at 100%" in finished
    assert "See my certificate" in finished
    assert "Continue" not in finished
    assert "Continue" in see(enrol_in(course)), "and nobody else's"


def test_without_a_name_the_button_asks_for_it(course: CoursePage) -> None:
    enrolment = finish_course(course, make_user(printed_name=""))
    assert "Get my certificate" in see(enrolment)


def test_who_was_moved_is_told_when(course: CoursePage) -> None:
    moved, other = enrol_in(course), enrol_in(course)
    Enrolment.objects.filter(pk=moved.pk).update(moved_on="2026-03-05")
    assert "The course changed on March 5, 2026" in see(moved)
    assert "The course changed" not in see(other)


def test_a_message_is_shown_once_and_to_its_person(course: CoursePage) -> None:
    client = Client()
    person = make_user()
    sign_in(client, person)
    answer = client.post(f"/en/learning/{course.key}/", {"printed_name": "Ana"}, follow=True)
    assert "You are enrolled" in answer.content.decode()
    assert "You are enrolled" not in client.get(f"/en/learning/{course.key}/").content.decode()
    assert "You are enrolled" not in see(enrol_in(course))


# Where to go on


def test_the_button_leads_to_where_the_person_was(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    lesson = lessons_of(course)[1]
    record_progress(learner=enrolment.learner, course_key=course.key, events=[resume(lesson.key)])
    assert f'href="{lesson.get_url()}"' in see(enrolment, language="es").split('id="outline"')[0]
    assert f'href="{lessons_of(course)[0].get_url()}"' in see(enrol_in(course), language="es").split('id="outline"')[0]


def test_a_step_without_a_page_is_gone_on_with_in_the_record(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    first = lessons_of(course)[0]
    first.unpublish()
    StepWaiver.objects.all().delete()
    head = see(enrolment).split('id="outline"')[0]
    assert f'href="/en/learning/{course.key}/steps/{first.key}/"' in head
    assert first.title in head


def test_where_nothing_can_be_done_there_is_no_button(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    for step in enrolment.document.steps:
        StepWaiver.objects.create(course_key=course.key, step_key=step.key)
    page = see(enrolment)
    assert "Nothing can be asked of you now" in page
    assert "Continue" not in page
    assert '<progress max="1" value="0"' in page


def test_an_assessment_is_explained_to_who_has_taken_it() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    pass_assessment(enrolment, assessment_of(course))
    page = see(enrolment)
    assert ticks(page).count(True) == 1
    assert "1 of 3 required steps are done" in page


# Long courses


@pytest.fixture
def long(db: None) -> Enrolment:
    """Someone at the start of a course of eight modules with fifty lessons each."""
    course = make_course(lessons=3, assessments=0)
    outline = make_long_outline(course, 400)
    steps = outline.document.steps
    modules = tuple(OutlineModule(uuid.uuid4(), {"es": f"Módulo {n}"}, steps[50 * n : 50 * n + 50]) for n in range(8))
    Outline.objects.create(course_key=course.key, version=outline.version + 1, content=to_json(OutlineDocument({"es": "Curso"}, modules)))
    return enrol_in(course)


def test_of_a_long_course_the_module_at_hand_is_drawn_with_its_steps(long: Enrolment) -> None:
    modules = long.document.modules
    first, last = see(long), see(long, f"?module={modules[-1].key}")
    assert len(ticks(first)) == len(modules[0].steps)
    assert len(ticks(last)) == len(modules[-1].steps)
    assert f"?module={modules[-1].key}#outline" in first
    assert "Continue" in last, "to a step of a module that is not drawn"


def test_a_query_that_says_nothing_is_answered_and_not_kept(long: Enrolment) -> None:
    see(long)
    kept = set(record_page._sheets._found)
    for query in (
        "?module=",
        "?module=nonsense",
        f"?module={uuid.uuid4()}",
        "?utm=1",
        "?%00",
        f"?module={long.document.modules[0].key}&x=1",
    ):
        assert "?utm" in see(long, "?utm=1")
        assert ticks(see(long, query))
    assert set(record_page._sheets._found) == kept


@pytest.mark.parametrize("query", ["?module=None", "?module=", "?module"])
def test_an_odd_query_of_one_reader_is_in_nobody_elses_links(long: Enrolment, query: str) -> None:
    see(long, query)
    assert f'href="/pt/learning/{long.course_key}/"' in see(long)


def test_the_links_to_other_languages_keep_the_module(long: Enrolment) -> None:
    key = long.document.modules[-1].key
    assert f'href="/pt/learning/{long.course_key}/?module={key}"' in see(long, f"?module={key}")
    assert f'href="/pt/learning/{long.course_key}/"' in see(long)


def test_who_has_left_and_who_never_came_are_asked_to_join(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrolment)
    withdraw(learner=enrolment.learner, course_key=course.key)
    assert "csrfmiddlewaretoken" in see(enrolment)
    assert not ticks(see(enrolment))


def test_a_page_drawn_at_another_generation_is_not_shown(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    with override("en"):
        before = current()
    assert drawings([enrolment]) == 1
    course.save_revision().publish()
    assert current() > before
    assert drawings([enrolment, enrolment]) == 1
