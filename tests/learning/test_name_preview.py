"""How a name will look on the certificate, without JavaScript: shown when asked, checked, and not kept."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from credentials.models import Credential
from learning.models import Enrolment
from learning.services.withdraw import withdraw
from tests.factories import enrol_in, finish_course, make_course, make_user

pytestmark = pytest.mark.django_db

NAME = "  Ñandú   Crèvecœur "
SHOWN = "Ñandú Crèvecœur"


@pytest.fixture
def learner(client: Client) -> User:
    learner = make_user(printed_name="")
    client.force_login(learner)
    return learner


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=1, assessments=0)


def box(body: str) -> str:
    found = re.search(r"<div[^>]*data-preview-box.*?</div>", body, re.DOTALL)
    assert found
    return found[0]


def test_joining_shows_the_name_and_keeps_nothing(client: Client, learner: User, course: CoursePage) -> None:
    answer = client.post(f"/en/learning/{course.key}/", {"printed_name": NAME, "action": "preview"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert SHOWN in box(body)
    assert "hidden" not in box(body).split(">")[0]
    assert NAME.strip() in body, "what was typed stays in its field"
    learner.refresh_from_db()
    assert learner.printed_name == ""
    assert not Enrolment.objects.exists()


def test_a_name_that_no_certificate_can_carry_is_not_shown(client: Client, learner: User, course: CoursePage) -> None:
    answer = client.post(f"/en/learning/{course.key}/", {"printed_name": "7", "action": "preview"})
    assert answer.status_code == 422
    assert "hidden" in box(answer.content.decode()).split(">")[0]
    assert not Enrolment.objects.exists()


def test_no_empty_box_is_shown_before_a_name_is_known(client: Client, learner: User, course: CoursePage) -> None:
    body = client.get(f"/en/learning/{course.key}/").content.decode()
    assert "hidden" in box(body).split(">")[0]
    assert "aria-hidden" not in box(body)
    assert "See how it looks" in body
    User.objects.filter(pk=learner.pk).update(printed_name=SHOWN)
    known = client.get(f"/en/learning/{course.key}/").content.decode()
    assert SHOWN in box(known)
    assert "hidden" not in box(known).split(">")[0]


def test_the_return_key_enrols_and_does_not_only_show(client: Client, learner: User, course: CoursePage) -> None:
    """A browser presses the first button of a form."""
    body = client.get(f"/en/learning/{course.key}/").content.decode()
    form = next(form for form in re.findall(r"<form.*?</form>", body, re.DOTALL) if "printed_name" in form)
    assert re.findall(r'<button[^>]*value="(\w+)"', form) == ["enrol", "preview"]
    client.post(f"/en/learning/{course.key}/", {"printed_name": NAME, "action": "enrol"})
    assert Enrolment.objects.get().learner == learner
    learner.refresh_from_db()
    assert learner.printed_name == SHOWN


def test_someone_who_comes_back_is_still_coming_back(client: Client, learner: User, course: CoursePage) -> None:
    enrol_in(course, learner)
    withdraw(learner=learner, course_key=course.key)
    body = client.post(f"/en/learning/{course.key}/", {"printed_name": NAME, "action": "preview"}).content.decode()
    assert "Come back to" in body
    assert Enrolment.objects.get().state == Enrolment.State.WITHDRAWN


def test_finishing_shows_the_name_and_issues_nothing(client: Client, learner: User, course: CoursePage) -> None:
    finish_course(course, learner)
    url = f"/en/learning/{course.key}/finish/"
    before = client.get(url).content.decode()
    assert "hidden" in box(before).split(">")[0]
    answer = client.post(url, {"printed_name": NAME, "action": "preview"})
    assert answer.status_code == 200
    assert SHOWN in box(answer.content.decode())
    assert not Credential.objects.exists()
    learner.refresh_from_db()
    assert learner.printed_name == ""
    assert client.post(url, {"printed_name": "7", "action": "preview"}).status_code == 422
    assert client.post(url, {"printed_name": NAME}).status_code == 302
    assert Credential.objects.get().holder.printed_name == SHOWN
