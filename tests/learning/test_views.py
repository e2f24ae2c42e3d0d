"""The private pages of the record, without JavaScript: what a stale tab, a wrong address or a second click does."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.names import MAX_LENGTH
from courses.models import AssessmentPage, CoursePage, CourseRun
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.services.withdraw import withdraw
from tests.factories import (
    enrol_in,
    finish_course,
    lessons_of,
    make_course,
    make_user,
    right_answers,
    take_assessment,
    wrong_answers,
)
from tests.learning.sending import look_through, seen_in, send_paper

pytestmark = pytest.mark.django_db


def course_url(course: CoursePage, tail: str = "") -> str:
    return f"/en/learning/{course.key}/{tail}"


def step_url(course: CoursePage, step: uuid.UUID) -> str:
    return course_url(course, f"steps/{step}/")


def attempt_url(course: CoursePage, attempt: Attempt) -> str:
    return course_url(course, f"steps/{attempt.step_key}/attempts/{attempt.pk}/")


def chosen(answers: dict[str, list[str]], **more: str) -> dict[str, Any]:
    """Answers as the form of a paper sends them."""
    return {f"q-{question}": options for question, options in answers.items()} | {"asked": [f"q-{question}" for question in answers]} | more


# Who may see what


def test_without_a_session_private_pages_lead_to_the_door_and_back(
    client: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt
) -> None:
    for address in ("/en/learning/", step_url(course, page.key), attempt_url(course, attempt), course_url(course, "finish/")):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=%2Fen%2Flearning%2F")
        assert answer["Cache-Control"] == "private, no-store"


def test_private_pages_are_never_stored(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt) -> None:
    for address in ("/en/learning/", course_url(course), step_url(course, page.key), attempt_url(course, attempt)):
        answer = learner.get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_reading_a_private_page_changes_nothing(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt) -> None:
    before = list(Enrolment.objects.values()), list(Attempt.objects.values())
    for address in (
        "/en/learning/",
        course_url(course),
        step_url(course, page.key),
        step_url(course, lessons_of(course)[0].key),
        attempt_url(course, attempt),
    ):
        learner.get(address)
        learner.head(address)
    assert (list(Enrolment.objects.values()), list(Attempt.objects.values())) == before


def test_a_get_never_enrols(client: Client, course: CoursePage) -> None:
    client.force_login(make_user())
    client.get(course_url(course))
    client.get(course_url(course) + "?action=enrol")
    client.get(step_url(course, lessons_of(course)[0].key), follow=True)
    assert not Enrolment.objects.exists()


def test_another_persons_attempt_does_not_exist(client: Client, course: CoursePage, attempt: Attempt, page: AssessmentPage) -> None:
    for person in (enrol_in(course).learner, make_user(), make_user(is_superuser=True, is_staff=True)):
        client.force_login(person)
        assert client.get(attempt_url(course, attempt)).status_code == 404
        assert client.post(attempt_url(course, attempt), chosen(right_answers(page), action="send")).status_code == 404
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == ({}, None)


def test_an_attempt_answers_only_at_its_own_address(learner: Client, course: CoursePage, attempt: Attempt) -> None:
    other, lesson = make_course(), lessons_of(course)[0]
    enrol_in(other, attempt.enrolment.learner)
    assert learner.get(course_url(other, f"steps/{attempt.step_key}/attempts/{attempt.pk}/")).status_code == 404
    assert learner.get(course_url(course, f"steps/{lesson.key}/attempts/{attempt.pk}/")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "UNKNOWN/",
        "UNKNOWN/finish/",
        "UNKNOWN/steps/UNKNOWN/",
        "COURSE/steps/UNKNOWN/",
        "COURSE/steps/STEP/attempts/999999/",
        "COURSE/steps/STEP/attempts/0/",
        "COURSE/steps/STEP/attempts/999999999999999999999999999/",
        "COURSE/steps/STEP/attempts/-1/",
        "COURSE/steps/STEP/attempts/x/",
        "COURSE/steps/not-a-key/",
        "not-a-key/",
        "COURSE/nothing/",
        "certificates/UNKNOWN/",
    ],
)
def test_what_does_not_exist_is_not_found(learner: Client, course: CoursePage, page: AssessmentPage, path: str) -> None:
    for word, value in (("UNKNOWN", uuid.uuid4()), ("COURSE", course.key), ("STEP", page.key)):
        path = path.replace(word, str(value))
    assert learner.get(f"/en/learning/{path}", follow=True).status_code == 404
    assert learner.post(f"/en/learning/{path}").status_code in {404, 405}


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt, method: str) -> None:
    for address in ("/en/learning/", course_url(course), step_url(course, page.key), attempt_url(course, attempt)):
        assert getattr(learner, method)(address).status_code == 405
    assert learner.post("/en/learning/").status_code == 405


# Joining and leaving


def test_joining_keeps_the_name_and_leads_to_the_record(client: Client, course: CoursePage) -> None:
    person = make_user(printed_name="")
    client.force_login(person)
    answer = client.post(course_url(course), {"action": "enrol", "printed_name": "  Núñez   Ñandú "})
    assert (answer.status_code, answer["Location"]) == (302, course_url(course))
    person.refresh_from_db()
    assert person.printed_name == "Núñez Ñandú"
    assert Enrolment.objects.get().language == "en"


def test_joining_without_a_name_is_joining(client: Client, course: CoursePage) -> None:
    client.force_login(make_user(printed_name=""))
    assert client.post(course_url(course), {"action": "enrol", "printed_name": ""}).status_code == 302
    assert Enrolment.objects.count() == 1


def test_a_stale_tab_that_enrols_again_changes_nothing(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    answer = learner.post(course_url(course), {"action": "enrol", "printed_name": ""}, follow=True)
    assert answer.status_code == 200
    assert Enrolment.objects.get().pk == enrolment.pk


@pytest.mark.parametrize("name", ["x" * (MAX_LENGTH + 1), "a", "12345", "Ana\u202eanA", "<b>" + "y" * 200])
def test_a_name_that_cannot_be_printed_is_refused_and_what_was_typed_is_kept(client: Client, course: CoursePage, name: str) -> None:
    person = make_user(printed_name="")
    client.force_login(person)
    answer = client.post(course_url(course), {"action": "enrol", "printed_name": name})
    assert answer.status_code == 422
    assert escape(name) in answer.content.decode()
    assert not Enrolment.objects.exists()
    person.refresh_from_db()
    assert person.printed_name == ""


def test_a_name_with_a_null_byte_is_refused(client: Client, course: CoursePage) -> None:
    client.force_login(make_user(printed_name=""))
    assert client.post(course_url(course), {"action": "enrol", "printed_name": "Ana\0Paz"}).status_code == 422
    assert not Enrolment.objects.exists()


def test_joining_a_closed_course_says_so(client: Client, course: CoursePage) -> None:
    from django.utils import timezone

    CourseRun.objects.update(closes_at=timezone.now())
    client.force_login(make_user())
    assert client.post(course_url(course), {"action": "enrol", "printed_name": ""}).status_code == 409
    assert not Enrolment.objects.exists()


def test_a_course_without_a_structure_cannot_be_joined_yet(client: Client) -> None:
    course = make_course(publish=False)
    client.force_login(make_user())
    assert client.get(course_url(course)).status_code == 200
    assert client.post(course_url(course), {"action": "enrol", "printed_name": ""}).status_code == 409


def test_leaving_twice_and_coming_back(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    learner.post(step_url(course, lessons_of(course)[0].key))
    for _click in range(2):
        assert learner.post(course_url(course), {"action": "withdraw"}).status_code == 302
    assert Enrolment.objects.get().state == "withdrawn"
    assert learner.get(course_url(course)).status_code == 200
    learner.post(course_url(course), {"action": "enrol", "printed_name": ""})
    found = Enrolment.objects.get()
    assert (found.state, found.done_bits) == ("active", 1)


def test_an_expired_form_is_refused_and_changes_nothing(course: CoursePage, enrolment: Enrolment) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(enrolment.learner)
    answer = strict.post(course_url(course), {"action": "withdraw", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert Enrolment.objects.get().state == "active"


# Doing steps


def test_marking_a_lesson_leads_to_the_next_step(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    first, second = lessons_of(course)
    answer = learner.post(step_url(course, first.key))
    assert (answer.status_code, answer["Location"]) == (302, second.get_url())
    assert learner.post(step_url(course, first.key)).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1


def test_marking_an_assessment_is_refused_in_words(learner: Client, course: CoursePage, page: AssessmentPage, enrolment: Enrolment) -> None:
    answer = learner.post(step_url(course, page.key))
    assert answer.status_code == 409
    assert "passing" in answer.content.decode()
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0


def test_a_lesson_cannot_be_started_as_an_assessment(learner: Client, course: CoursePage) -> None:
    assert learner.post(step_url(course, lessons_of(course)[0].key), {"action": "start"}).status_code == 404
    assert not Attempt.objects.exists()


def test_who_is_not_enrolled_is_led_to_enrol(client: Client, course: CoursePage) -> None:
    client.force_login(make_user())
    for method in (client.get, client.post):
        assert method(step_url(course, lessons_of(course)[0].key))["Location"] == course_url(course)


def test_the_last_step_leads_to_the_page_that_says_so(
    learner: Client, course: CoursePage, enrolment: Enrolment, page: AssessmentPage
) -> None:
    take_assessment(enrolment, page, right_answers(page))
    first, second = lessons_of(course)
    learner.post(step_url(course, first.key))
    answer = learner.post(step_url(course, second.key), follow=True)
    assert answer.redirect_chain[-1][0] == course_url(course, "finish/")
    assert answer.status_code == 200


# Papers


def test_two_tabs_start_one_attempt(learner: Client, course: CoursePage, page: AssessmentPage) -> None:
    places = {learner.post(step_url(course, page.key), {"action": "start"})["Location"] for _tab in range(2)}
    assert len(places) == 1
    assert Attempt.objects.count() == 1


def test_keeping_answers_without_javascript(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt) -> None:
    key = right_answers(page)
    first = next(iter(key))
    assert learner.post(attempt_url(course, attempt), chosen({first: key[first]}, action="keep")).status_code == 302
    shown = learner.get(attempt_url(course, attempt)).content.decode()
    assert shown.count(" checked") == 1
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


def test_a_box_that_was_unticked_is_taken_back(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt) -> None:
    *_rest, last = right_answers(page).items()
    learner.post(attempt_url(course, attempt), chosen(dict([last]), action="keep"))
    learner.post(attempt_url(course, attempt), {"asked": [f"q-{last[0]}"], "action": "keep"})
    attempt.refresh_from_db()
    assert attempt.answers == {last[0]: []}


def test_sending_twice_gives_the_same_result(learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt) -> None:
    shown = look_through(learner, attempt_url(course, attempt), chosen(wrong_answers(page)))
    for _time in range(2):
        learner.post(f"{attempt_url(course, attempt)}send/", {"seen": seen_in(shown)})
    again = learner.post(attempt_url(course, attempt), chosen(right_answers(page), action="send"), follow=True)
    assert again.status_code == 200
    attempt.refresh_from_db()
    assert (attempt.score, attempt.answers) == (0, wrong_answers(page))


def test_a_stale_tab_that_keeps_answers_of_a_sent_paper_is_shown_the_result(
    learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt
) -> None:
    send_paper(learner, attempt_url(course, attempt), chosen(right_answers(page)))
    answer = learner.post(attempt_url(course, attempt), chosen(wrong_answers(page), action="keep"), follow=True)
    assert answer.status_code == 200
    assert "100%" in answer.content.decode()


@pytest.mark.parametrize("action", ["keep", "send"])
def test_answers_of_another_paper_change_nothing(
    learner: Client, course: CoursePage, page: AssessmentPage, attempt: Attempt, action: str
) -> None:
    kept = dict(list(right_answers(page).items())[:1])
    learner.post(attempt_url(course, attempt), chosen(kept, action="keep"))
    for wrong in ({"q-unknown": "x"}, {f"q-{next(iter(kept))}": "unknown"}, {"q-": "\0"}):
        answer = learner.post(attempt_url(course, attempt), {**wrong, "action": action})
        assert answer.status_code == 400
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == (kept, None)


def test_when_no_attempt_is_left_the_page_says_so(learner: Client, course: CoursePage, page: AssessmentPage, enrolment: Enrolment) -> None:
    for _number in range(3):
        take_assessment(enrolment, page, {})
    assert learner.post(step_url(course, page.key), {"action": "start"}).status_code == 409
    shown = learner.get(step_url(course, page.key)).content.decode()
    assert "No attempts left" in shown
    assert 'value="start"' not in shown
    assert Attempt.objects.count() == 3


# The end


def test_the_certificate_is_claimed_once_a_name_is_given(client: Client, course: CoursePage) -> None:
    enrolment = finish_course(course, make_user(printed_name=""))
    client.force_login(enrolment.learner)
    finish = course_url(course, "finish/")
    too_long = "z" * (MAX_LENGTH + 1)
    answer = client.post(finish, {"printed_name": too_long})
    assert answer.status_code == 422
    assert too_long in answer.content.decode()
    assert client.post(finish, {"printed_name": ""}).status_code == 422
    assert not Credential.objects.exists()
    for _click in range(2):
        assert client.post(finish, {"printed_name": "Київ Łódź"}).status_code == 302
    assert Credential.objects.get().holder.printed_name == "Київ Łódź"


def test_who_has_left_after_finishing_can_still_claim(client: Client, course: CoursePage) -> None:
    enrolment = finish_course(course, make_user(printed_name=""))
    withdraw(learner=enrolment.learner, course_key=course.key)
    client.force_login(enrolment.learner)
    assert client.post(course_url(course, "finish/"), {"printed_name": "Crèvecœur"}).status_code == 302
    assert Credential.objects.count() == 1


def test_nobody_claims_what_is_not_finished(learner: Client, course: CoursePage) -> None:
    answer = learner.post(course_url(course, "finish/"), {"printed_name": "Somebody"})
    assert answer["Location"] == course_url(course)
    assert not Credential.objects.exists()


# The record outlives the page


@pytest.mark.parametrize("how", ["unpublish", "delete"])
def test_a_course_that_is_gone_stays_in_my_learning(client: Client, course: CoursePage, how: str) -> None:
    title = course.title
    finished, open_ = finish_course(course), enrol_in(course)
    getattr(course, how)()
    for enrolment in (finished, open_):
        client.force_login(enrolment.learner)
        answer = client.get("/en/learning/")
        assert answer.status_code == 200
        assert title in answer.content.decode()
    assert Credential.objects.get().title("es") == title


@pytest.mark.parametrize("how", ["unpublish", "delete"])
def test_every_address_that_my_learning_offers_answers_also_when_a_course_is_gone(client: Client, course: CoursePage, how: str) -> None:
    import re

    finished, open_ = finish_course(course), enrol_in(course)
    getattr(course, how)()
    for enrolment in (finished, open_):
        client.force_login(enrolment.learner)
        shown = client.get("/en/learning/").content.decode().split("<main", 1)[1].split("</main", 1)[0]
        for address in re.findall(r'<a [^>]*?href="(/[^"]*)"', shown):
            assert client.get(address, follow=True).status_code == 200, address
