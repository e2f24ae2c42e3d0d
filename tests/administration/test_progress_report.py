"""The report of progress: only counts, for those who may see them, never so few people that one could be meant."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import AUTHOR, EDITOR, ROLES
from administration.reports.figures import told
from benchmarks.synthetic.courses import find_courses
from benchmarks.synthetic.load import load_synthetic
from courses.models import CoursePage
from learning import tasks
from learning.models import Enrolment, RunStat, StepStat
from learning.services.count_steps import count_steps
from learning.services.mark_done import mark_done
from tests.accounts.staff import in_role
from tests.credentials.test_credential_pages import words
from tests.factories import enrol_in, lessons_of, make_course, make_long_outline

pytestmark = [pytest.mark.django_db, pytest.mark.database]
INDEX = "/admin/reports/progress/"


@pytest.fixture
def author() -> Client:
    client = in_role(AUTHOR)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def taken() -> CoursePage:
    """A course of three lessons: eight people have done the first, five the second, three the third."""
    course = make_course(lessons=3, assessments=0, title="Health")
    first, second, third = (lesson.key for lesson in lessons_of(course))
    for place in range(8):
        enrolment = enrol_in(course)
        for key in [first, *([second] if place < 5 else []), *([third] if place < 3 else [])]:
            mark_done(learner=enrolment.learner, course_key=course.key, step_key=key)
    count_steps(now=timezone.now())
    return course


def run_of(course: CoursePage) -> int:
    return Enrolment.objects.filter(course_key=course.key).values_list("run_id", flat=True)[0]


def page_of(course: CoursePage, page: str = "") -> str:
    return f"{INDEX}{run_of(course)}/{page}"


def rows(html: str) -> list[list[str]]:
    """The cells of each step of a page, without its picture."""
    found = re.findall(r"<tr><td>([\d.]+)</td><th scope=\"row\">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>", html)
    return [list(cells) for cells in found]


def test_a_run_is_shown_step_by_step_with_a_bar_for_each(author: Client, taken: CoursePage) -> None:
    html = author.get(page_of(taken)).content.decode()
    assert [(number, done, percent) for number, _title, done, percent in rows(html)] == [
        ("1.1", "8", "100%"),
        ("1.2", "5", "62%"),
        ("1.3", "fewer than 5", ""),
    ]
    assert re.findall(r'd="M0 0h(\d+)v8H0z"', html) == ["100", "62"]
    assert re.search(r"Enrolled ?: 8", words(author.get(page_of(taken))))


def test_the_list_of_runs_leads_to_each(author: Client, taken: CoursePage) -> None:
    html = author.get(INDEX).content.decode()
    assert f'<a href="{page_of(taken)}">Health</a>' in html
    assert "fewer than 5" in html, "three have finished"


@pytest.mark.parametrize(("number", "as_told"), [(-2, 0), (0, 0), (1, None), (4, None), (5, 5), (900, 900)])
def test_few_people_are_not_told(number: int, as_told: int | None) -> None:
    assert told(number) == as_told


def test_nothing_of_a_run_of_few_people_is_told(author: Client) -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    count_steps(now=timezone.now())
    html = author.get(page_of(course)).content.decode()
    assert [(done, percent) for _number, _title, done, percent in rows(html)] == [("fewer than 5", "")]
    assert enrolment.learner.email not in html


def test_it_reads_the_rollup_and_nothing_of_the_record(author: Client, taken: CoursePage) -> None:
    for url in (INDEX, page_of(taken), page_of(taken, "steps.csv")):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert author.get(url).status_code == 200
        assert [query["sql"] for query in asked if "learning_enrolment" in query["sql"] or "learning_progressed" in query["sql"]] == []


def test_it_says_as_of_when_it_is(author: Client, taken: CoursePage) -> None:
    html = author.get(page_of(taken)).content.decode()
    assert "Counted" in html
    assert "what was done since is not in these figures yet" in html


def test_before_anybody_was_counted_it_says_so(author: Client) -> None:
    html = author.get(INDEX).content.decode()
    assert "Nobody has been counted yet" in html
    assert "Count again now" in html
    assert author.get(f"{INDEX}999/").status_code == 404
    assert author.get(f"{INDEX}999/steps.csv").status_code == 404


def test_counting_again_is_asked_for_by_a_button(author: Client, taken: CoursePage, django_capture_on_commit_callbacks: Any) -> None:
    enrolment = enrol_in(taken)
    mark_done(learner=enrolment.learner, course_key=taken.key, step_key=lessons_of(taken)[0].key)
    assert author.get(f"{INDEX}count/").status_code == 405
    with django_capture_on_commit_callbacks(execute=True):
        answer = author.post(f"{INDEX}count/", {"back": page_of(taken)})
    assert answer["Location"] == page_of(taken)
    assert "Counting has been asked for" in author.get(page_of(taken)).content.decode()
    assert RunStat.objects.get().enrolled == 9
    assert author.post(f"{INDEX}count/", {"back": "https://elsewhere.example/"})["Location"] == INDEX


def test_who_may_not_see_it_cannot_have_it_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(type(tasks.count_steps), "enqueue", lambda self: asked.append(1))
    for role in ROLES:
        answer = in_role(role).post(f"{INDEX}count/")
        assert (answer["Location"] == INDEX) is ("learning.view_stepstat" in role.permissions), role.key
    assert len(asked) == sum("learning.view_stepstat" in role.permissions for role in ROLES)
    assert Client().post(f"{INDEX}count/")["Location"].startswith("/accounts/login/")
    assert "learning.view_stepstat" not in EDITOR.permissions


def test_the_file_holds_every_step_and_no_formula(author: Client, taken: CoursePage) -> None:
    lesson = lessons_of(taken)[0]
    answer = author.get(page_of(taken, "steps.csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(line["number"], line["done"], line["percent"]) for line in lines] == [
        ("1.1", "8", "100"),
        ("1.2", "5", "62"),
        ("1.3", "<5", ""),
    ]
    assert lines[0]["key"] == str(lesson.key)
    assert lines[0]["enrolled"] == "8"


def test_it_costs_the_same_at_ten_and_a_thousand_steps(author: Client) -> None:
    asked, sizes = [], []
    for steps in (10, 1000):
        course = make_course(lessons=1, assessments=0)
        make_long_outline(course, steps)
        load_synthetic(plans=find_courses([str(course.key)]), learners=40, seed=steps)
        assert StepStat.objects.filter(run__course_key=course.key).exists()
        author.get(page_of(course))
        with CaptureQueriesContext(connection) as queries:
            html = author.get(page_of(course)).content
        asked.append(len(queries))
        sizes.append(len(html))
    assert asked[0] == asked[1]
    assert max(sizes) < 200_000
    assert len(rows(html.decode())) == 100
    assert [row[0] for row in rows(author.get(f"{page_of(course)}?p=10").content.decode())][-1] == "1.1000"


def test_it_is_in_the_menu_of_reports_for_those_who_may_read_it(author: Client) -> None:
    assert reverse("progress_report:index") in author.get("/admin/").content.decode()
    assert reverse("progress_report:index") not in in_role(EDITOR).get("/admin/").content.decode()
