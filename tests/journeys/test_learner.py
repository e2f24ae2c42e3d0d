"""A learner's whole journey without JavaScript: find, join, learn, see, finish; in Spanish and in English."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from core.seeding import demo_key
from courses.demo import FIRST_ACCOUNT, FOUNDATIONS
from courses.models import AssessmentPage, CoursePage
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from tests.journeys.seeded import seed_demo_content
from tests.learning.sending import send_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(rows_of_module: None) -> None:
    seed_demo_content()


def read(client: Client, url: str, **options: object) -> str:
    answer = client.get(url, follow=True, **options)  # type: ignore[arg-type]
    assert answer.status_code == 200, url
    return answer.content.decode()


def link(html: str, contains: str) -> str:
    """Return the address of the first link whose address contains some text."""
    found = re.search(rf'href="([^"]*{re.escape(contains)}[^"]*)"', html)
    assert found, f"no link to {contains}"
    return found.group(1)


def join(client: Client, language: str, address: str, after: str) -> None:
    """Make an account with a code from an e-mail, and come back to where one was."""
    answer = client.post(f"/accounts/signup/?next={after}", {"email": address, "next": after}, follow=True, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 200
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code, mail.outbox[-1].body
    confirm = answer.redirect_chain[-1][0]
    answer = client.post(confirm, {"code": code.group(1)}, follow=True)
    assert answer.redirect_chain[-1][0] == after
    assert answer.status_code == 200


def right_answers(step_key: object, language: str) -> dict[str, list[str]]:
    page = AssessmentPage.objects.get(translation_key=step_key, locale__language_code=language)
    return {
        f"q-{question.id}": [option.id for option in question.value["options"].bound_blocks if option.value["correct"]]
        for question in page.questions
    }


def take(client: Client, step_url: str, answers: dict[str, list[str]]) -> str:
    """Start an assessment, send answers, and return the page of the result."""
    started = client.post(step_url, {"action": "start"}, follow=True)
    assert started.status_code == 200
    result = send_paper(client, started.redirect_chain[-1][0], answers)
    assert result.status_code == 200
    return str(result.content.decode())


def read_post(client: Client, url: str, data: dict[str, object]) -> str:
    answer = client.post(url, data, follow=True)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_from_the_home_page_to_the_certificate(client: Client, language: str) -> None:
    home = read(client, f"/{language}/")
    catalogue = read(client, link(home, f"/{language}/courses/"))
    course_url = link(catalogue, "migration-and-development")
    course = read(client, course_url)
    key = demo_key("course", FOUNDATIONS)
    record = link(course, f"/{language}/learning/{key}/")

    assert "/accounts/signup/" in read(client, record)
    join(client, language, "learner@example.org", record)
    assert Enrolment.objects.count() == 0, "signing up enrols nobody"
    read_post(client, record, {"action": "enrol", "printed_name": "Ñandú Crèvecœur"})
    enrolment = Enrolment.objects.get()

    steps = enrolment.document.steps
    for step in steps:
        url = f"{record}steps/{step.key}/"
        if step.rule is None:
            read_post(client, url, {})
        else:
            result = take(client, url, right_answers(step.key, language))
            assert "100%" in result
    enrolment.refresh_from_db()
    assert enrolment.completed_at is not None

    finish = read(client, f"{record}finish/")
    credential = Credential.objects.get()
    mine = read(client, link(finish, f"/learning/certificates/{credential.pk}/"))
    assert "Ñandú Crèvecœur" in mine
    pdf = client.get(f"/credentials/{credential.pk}.pdf?lang={language}")
    assert pdf["Content-Type"] == "application/pdf"
    assert b"".join(pdf).startswith(b"%PDF")

    stranger = Client()
    public = read(stranger, f"/credentials/{credential.pk}/?lang={language}")
    assert CoursePage.objects.get(translation_key=key, locale__language_code=language).title in public
    assert "Ñandú" not in public, "the name is shown only if its owner allows it"


def test_a_course_for_enrolled_people_opens_when_one_enrols(client: Client) -> None:
    key = demo_key("course", FIRST_ACCOUNT)
    lesson = "/es/courses/opening-the-first-account/a-door-to-the-bank/"
    course = read(client, "/es/courses/opening-the-first-account/")
    first = link(course, lesson)
    turned_away = client.get(first)
    assert (turned_away.status_code, turned_away["Location"]) == (302, f"/es/learning/{key}/")
    join(client, "es", "learner@example.org", f"/es/learning/{key}/")
    read_post(client, f"/es/learning/{key}/", {"action": "enrol"})
    answer = client.get(first)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"
    assert Client().get(first).status_code == 302, "the cache does not answer before the gate"


def test_leave_and_resume_in_another_language_and_on_another_device(client: Client) -> None:
    key = demo_key("course", FOUNDATIONS)
    join(client, "es", "learner@example.org", f"/es/learning/{key}/")
    read_post(client, f"/es/learning/{key}/", {"action": "enrol"})
    enrolment = Enrolment.objects.get()
    lesson, assessment = enrolment.document.steps[0], next(s for s in enrolment.document.steps if s.rule)
    read_post(client, f"/es/learning/{key}/steps/{lesson.key}/", {})
    started = client.post(f"/es/learning/{key}/steps/{assessment.key}/", {"action": "start"})
    paper = started["Location"]
    answers = right_answers(assessment.key, "es")
    name, chosen = next(iter(answers.items()))
    read_post(client, paper, {name: chosen, "action": "save"})

    other_device = Client()
    other_device.force_login(enrolment.learner)
    html = read(other_device, paper.replace("/es/", "/en/"))
    question = AssessmentPage.objects.get(translation_key=assessment.key, locale__language_code="en").questions
    texts = {block.id: block.value["text"] for block in question}
    assert texts[name[2:]].split("’")[0] in html
    assert re.search(rf'value="{chosen[0]}"\s+checked', html)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1 << lesson.slot
    assert "1" in read(other_device, f"/en/learning/{key}/")
    assert Attempt.objects.count() == 1


def test_answers_survive_a_session_that_ends_in_the_middle(client: Client) -> None:
    key = demo_key("course", FOUNDATIONS)
    join(client, "es", "learner@example.org", f"/es/learning/{key}/")
    read_post(client, f"/es/learning/{key}/", {"action": "enrol"})
    assessment = next(s for s in Enrolment.objects.get().outline.document.steps if s.rule)
    paper = client.post(f"/es/learning/{key}/steps/{assessment.key}/", {"action": "start"})["Location"]
    learner = Enrolment.objects.get().learner
    (form,) = re.findall(r'name="form" value="([^"]+)"', read(client, paper))
    client.post("/accounts/logout/")
    answers = right_answers(assessment.key, "es")
    turned_away = client.post(paper, {**answers, "action": "send", "form": form})
    assert "/accounts/login/" in turned_away["Location"]
    assert Attempt.objects.get().answers == {}
    client.force_login(learner)
    html = read(client, paper)
    assert html.count(" checked") == sum(len(chosen) for chosen in answers.values())
    assert Attempt.objects.get().submitted_at is None, "keeping is not sending"


def test_everything_is_said_on_a_failed_assessment(client: Client) -> None:
    key = demo_key("course", FOUNDATIONS)
    join(client, "en", "learner@example.org", f"/en/learning/{key}/")
    read_post(client, f"/en/learning/{key}/", {"action": "enrol"})
    assessment = next(s for s in Enrolment.objects.get().outline.document.steps if s.rule)
    url = f"/en/learning/{key}/steps/{assessment.key}/"
    for _attempt in range(3):
        assert "Not passed" in take(client, url, {})
    refused = client.post(url, {"action": "start"})
    assert refused.status_code == 409
    assert "attempt" in read(client, f"/en/learning/{key}/")
    assert Attempt.objects.count() == 3
