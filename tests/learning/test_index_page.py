"""My learning: its frame and its rows are drawn once for all, and each sees their own."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import User
from courses.models import CoursePage
from credentials.models import Credential
from learning.services.record_progress import record_progress
from learning.services.withdraw import withdraw
from learning.views import index_page
from tests.factories import done, enrol_in, finish_course, lessons_of, make_course, make_user, sign_in

pytestmark = pytest.mark.django_db
HEADINGS = {"taken": "What I take", "finished": "What I finished", "earned": "What I earned", "left": "What I left"}


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=3, assessments=0)


def client_of(person: User) -> Client:
    client = Client()
    sign_in(client, person)
    return client


def see(person: User, query: str = "", language: str = "en") -> str:
    answer = client_of(person).get(f"/{language}/learning/{query}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    return answer.content.decode()


def do(person: User, course: CoursePage, number: int) -> None:
    record_progress(learner=person, course_key=course.key, events=[done(lessons_of(course)[number].key)])


def bars(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<progress max="(\d+)" value="(\d+)"', page)


def sections(page: str) -> set[str]:
    return {name for name, heading in HEADINGS.items() if f"<h2>{heading}</h2>" in page}


def test_everyone_sees_their_own_progress_and_name(course: CoursePage) -> None:
    one, other = enrol_in(course).learner, enrol_in(course).learner
    do(one, course, 0)
    pages = [see(one), see(other), see(one)]
    assert [bars(page) for page in pages] == [[("3", "1")], [("3", "0")], [("3", "1")]]
    assert ["1 of 3 steps" in page for page in pages] == [True, False, True]
    assert [person.email in page for page in pages for person in (one, other)] == [True, False, False, True, True, False]
    lessons = lessons_of(course)
    assert [lesson.title in pages[0] for lesson in lessons] == [False, True, False]
    assert [lesson.title in pages[1] for lesson in lessons] == [True, False, False]


@pytest.mark.database
def test_each_section_is_there_for_who_has_something_in_it(course: CoursePage) -> None:
    person, nobody = make_user(), make_user()
    assert sections(see(nobody)) == set()
    assert "You have not enrolled in a course yet" in see(nobody)
    enrol_in(course, person)
    assert sections(see(person)) == {"taken"}
    finished, left = make_course(lessons=1, assessments=0), make_course(lessons=1, assessments=0)
    finish_course(finished, person)
    enrol_in(left, person)
    withdraw(learner=person, course_key=left.key)
    page = see(person)
    assert sections(page) == {"taken", "finished", "earned", "left"}
    assert "You have not enrolled in a course yet" not in page
    assert f"/learning/certificates/{Credential.objects.get().pk}/" in page
    parts = dict(zip(("taken", "finished", "earned", "left"), page.split("<h2>")[1:], strict=True))
    for name, shown in (("taken", course), ("finished", finished), ("earned", finished), ("left", left)):
        assert [one.title in parts[name] for one in (course, finished, left)] == [one is shown for one in (course, finished, left)], name
    assert sections(see(nobody)) == set()


def test_rows_are_drawn_once_for_all_who_stand_at_the_same_step(course: CoursePage) -> None:
    people = [enrol_in(course).learner for _number in range(4)]
    do(people[3], course, 0)
    with patch("learning.views.index_page.render_to_string", wraps=render_to_string) as render:
        for person in [*people, *people]:
            see(person)
    drawn = [call.args[0] for call in render.call_args_list]
    assert drawn.count("learning/index.html") == 1
    assert drawn.count("learning/index_row.html") == 2


def test_what_is_kept_knows_nobody(course: CoursePage) -> None:
    person = make_user("very.recognisable@example.org", printed_name="Very Recognisable")
    enrol_in(course, person)
    finish_course(make_course(lessons=1, assessments=0), person)
    see(person)
    kept = repr([(key, form._parts) for found in (index_page._frames, index_page._rows) for key, form in found._found.items()])
    assert str(course.key) in kept
    assert "ecognisable" not in kept
    assert str(Credential.objects.get().pk) not in kept


def test_the_same_statements_with_any_number_of_courses(course: CoursePage) -> None:
    """Session and person, enrolments, the content generation, certificates; and two for all rows that are not drawn yet."""
    person, counts = make_user(), []
    enrol_in(course, person)
    for more in (0, 4):
        for _number in range(more):
            enrol_in(make_course(lessons=1, assessments=0), person)
        client = client_of(person)
        for _time in range(2):
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/en/learning/").status_code == 200
            counts.append(len(queries))
    assert [counts[1], counts[3]] == [4, 4]
    assert counts[2] <= 4 + 2 + 1, "the outlines that this process has not seen"


def test_another_title_is_seen_at_once(course: CoursePage) -> None:
    person = enrol_in(course).learner
    see(person, language="es")
    lesson = lessons_of(course)[0]
    for page in (course, lesson):
        page.title = f"Quite <another> title of {page.pk}"
        page.save_revision().publish()
    shown = see(person, language="es")
    assert all(escape(page.title) in shown for page in (course, lesson))
    course.unpublish()
    assert "Continue" not in see(person), "what is gone can't be gone on with; the row stays"
    assert f"/en/learning/{course.key}/" in see(person)


def test_a_query_is_not_kept(course: CoursePage) -> None:
    person = enrol_in(course).learner
    see(person)
    kept = set(index_page._frames._found)
    assert "utm=1" in see(person, "?utm=1")
    assert set(index_page._frames._found) == kept
