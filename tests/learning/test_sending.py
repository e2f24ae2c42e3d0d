"""Sending an assessment cannot be undone: it takes a look at what is not answered, and a page of its own."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from courses.models import CoursePage
from learning.errors import AnswersChanged
from learning.models import Attempt, Enrolment
from learning.services.hold_answers import sign_form
from learning.services.save_answers import save_answers
from learning.services.submit_attempt import digest_of, submit_attempt
from learning.services.withdraw import withdraw
from tests.factories import make_user, right_answers
from tests.learning.sending import look_through, seen_in, send_paper
from tests.learning.test_attempts import assessment_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(course: CoursePage, attempt: Attempt) -> str:
    return f"/en/learning/{course.key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"


def in_order(attempt: Attempt) -> list[str]:
    return [question["id"] for question in attempt.paper["questions"]]


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_the_button_that_enter_presses_keeps(learner: Client, paper: str) -> None:
    """A browser presses the first button of a form."""
    form = re.search(r"<form.*?</form>", learner.get(paper).content.decode().partition("<main")[2], re.DOTALL)
    assert form
    first = re.search(r"<button[^>]*>", form[0])
    assert first
    assert 'value="keep"' in first[0]
    answer = learner.post(paper, {"action": "keep"}, follow=True)
    assert answer.redirect_chain == [(paper, 302)]
    assert "Your answers are kept" in words(answer)


def test_keeping_and_going_on_later_leaves_the_paper(learner: Client, paper: str, course: CoursePage) -> None:
    answer = learner.post(paper, {"action": "leave"}, follow=True)
    assert answer.redirect_chain == [(f"/en/learning/{course.key}/", 302)]
    assert "Your answers are kept" in words(answer)


@pytest.mark.parametrize("action", ["send", "submit", ""])
def test_no_button_of_the_paper_grades(learner: Client, paper: str, attempt: Attempt, course: CoursePage, action: str) -> None:
    answers = right_answers(assessment_of(course))
    learner.post(paper, {**{f"q-{question}": chosen for question, chosen in answers.items()}, "action": action})
    attempt.refresh_from_db()
    assert attempt.submitted_at is None
    assert {question: set(chosen) for question, chosen in attempt.answers.items()} == {key: set(chosen) for key, chosen in answers.items()}


def test_what_is_not_answered_is_named_and_linked(learner: Client, paper: str, attempt: Attempt, course: CoursePage) -> None:
    second = in_order(attempt)[1]
    shown = look_through(learner, paper, {f"q-{second}": right_answers(assessment_of(course))[second]})
    total = len(in_order(attempt))
    assert f"{total - 1} of {total} questions are not answered." in words(shown) or f"{total - 1} of {total} questions is not" in words(
        shown
    )
    linked = re.findall(rf'href="{paper}#question-(\d+)"', shown.content.decode())
    assert linked == [str(number) for number in range(1, total + 1) if number != 2]
    html = learner.get(paper).content.decode()
    assert all(f'id="question-{number}"' in html for number in linked)
    warning, button = shown.content.decode().index("cannot be changed"), shown.content.decode().index("Send my answers</button>")
    assert warning < button, "what cannot be undone is said above the button"


def test_a_paper_with_every_answer_says_so_and_is_graded_when_it_is_sent(
    learner: Client, paper: str, attempt: Attempt, course: CoursePage
) -> None:
    answers = {f"q-{question}": chosen for question, chosen in right_answers(assessment_of(course)).items()}
    assert "You have answered all" in words(look_through(learner, paper, answers))
    result = send_paper(learner, paper, {})
    assert result.redirect_chain == [(paper, 302)]
    assert "100%" in words(result)
    attempt.refresh_from_db()
    assert attempt.score == 100


def test_a_result_says_what_was_not_answered(learner: Client, paper: str, attempt: Attempt) -> None:
    shown = words(send_paper(learner, paper, {}))
    assert shown.count("Not answered:") == len(in_order(attempt))
    assert "Not right:" not in shown


def test_answers_changed_in_another_tab_are_looked_at_again(learner: Client, paper: str, attempt: Attempt, course: CoursePage) -> None:
    seen = seen_in(look_through(learner, paper, {}))
    answers = right_answers(assessment_of(course))
    save_answers(learner=attempt.enrolment.learner, attempt_id=attempt.pk, answers=answers)
    again = learner.post(f"{paper}send/", {"seen": seen})
    assert again.status_code == 409
    assert "may have changed" in words(again)
    attempt.refresh_from_db()
    assert attempt.submitted_at is None
    assert "100%" in words(learner.post(f"{paper}send/", {"seen": seen_in(again)}, follow=True))


@pytest.mark.parametrize("form", [{}, {"seen": ""}, {"seen": "é" * 5000}], ids=["nothing", "empty", "nonsense"])
def test_nothing_is_sent_unseen(learner: Client, paper: str, attempt: Attempt, form: dict[str, str]) -> None:
    assert learner.post(f"{paper}send/", form).status_code == 409
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_what_was_sent_leads_to_its_result(learner: Client, paper: str, attempt: Attempt) -> None:
    shown = look_through(learner, paper, {})
    submit_attempt(learner=attempt.enrolment.learner, attempt_id=attempt.pk)
    for answer in (learner.get(f"{paper}send/"), learner.post(f"{paper}send/", {"seen": seen_in(shown)})):
        assert answer["Location"] == paper


def test_the_last_attempt_is_said_to_be(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    step = f"/en/learning/{course.key}/steps/{assessment_of(course).key}/"
    said = []
    for _attempt in range(3):
        paper = learner.post(step, {"action": "start"})["Location"]
        said.append(words(look_through(learner, paper, {})))
        send_paper(learner, paper, {})
    assert ["you have 2 attempts left" in said[0], "you have 1 attempt left" in said[1], "your last attempt" in said[2]] == [True] * 3


def test_a_paper_of_somebody_else_is_not_there(paper: str, client: Client) -> None:
    client.force_login(make_user("other@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{paper}send/").status_code == client.post(f"{paper}send/").status_code == 404
    assert Client().get(f"{paper}send/")["Location"].startswith("/accounts/login/?next=")


@pytest.mark.database
def test_answers_of_an_expired_session_are_taken_before_anything_is_sent(
    learner: Client, paper: str, attempt: Attempt, course: CoursePage
) -> None:
    """They were given in one tab, while another stood on the page before sending."""
    seen = seen_in(look_through(learner, paper, {}))
    answers = right_answers(assessment_of(course))
    form = sign_form(learner=attempt.enrolment.learner, attempt_id=attempt.pk)
    Client().post(paper, {**{f"q-{question}": chosen for question, chosen in answers.items()}, "action": "send", "form": form})
    again = learner.post(f"{paper}send/", {"seen": seen})
    assert again.status_code == 409
    assert "You have answered all" in words(again)
    assert "The answers you gave are kept" in words(again)
    assert "100%" in words(learner.post(f"{paper}send/", {"seen": seen_in(again)}, follow=True))


@pytest.mark.database
def test_answers_kept_at_the_same_moment_are_not_sent_unseen(attempt: Attempt, course: CoursePage) -> None:
    """The service compares once it holds the attempt."""
    seen = digest_of(attempt.answers)
    save_answers(learner=attempt.enrolment.learner, attempt_id=attempt.pk, answers=right_answers(assessment_of(course)))
    with pytest.raises(AnswersChanged):
        submit_attempt(learner=attempt.enrolment.learner, attempt_id=attempt.pk, seen=seen)
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_whoever_has_left_is_promised_no_other_attempt(learner: Client, paper: str, attempt: Attempt, course: CoursePage) -> None:
    withdraw(learner=attempt.enrolment.learner, course_key=course.key)
    shown = words(look_through(learner, paper, {}))
    assert "cannot be changed" in shown
    assert "attempts left" not in shown
