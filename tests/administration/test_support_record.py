"""A learner's record as support sees it: closed until a reason is given, the same sentence as the learner's, no answers."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from administration.audit.acts import OPENED
from administration.services import open_record as service
from courses.models import CoursePage, StepWaiver
from learning.models import Enrolment
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from tests.factories import (
    assessment_of,
    enrol_in,
    finish_course,
    lessons_of,
    make_course,
    make_user,
    take_assessment,
    translate_course,
    wrong_answers,
)

pytestmark = pytest.mark.django_db
REASON = "She wrote that her certificate is missing."


def staff(*codenames: str, email: str = "support@example.org", language: str = "es") -> User:
    person = make_user(email, language=language)
    person.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return person


@pytest.fixture
def support(client: Client) -> Client:
    client.force_login(staff("view_enrolment", "open_record"))
    return client


@pytest.fixture
def begun() -> Enrolment:
    """Someone with a lesson done and an assessment failed once."""
    course = make_course(lessons=2, assessments=1)
    enrolment = enrol_in(course, make_user("ana@example.org", printed_name="Ana Ñuñez", language="es"))
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    page = assessment_of(course)
    take_assessment(enrolment, page, wrong_answers(page))
    return enrolment


def course_of(enrolment: Enrolment) -> CoursePage:
    return CoursePage.objects.get(translation_key=enrolment.course_key, locale__language_code="es")


def address_of(enrolment: Enrolment) -> str:
    return reverse("record_enrolments:record", args=[enrolment.pk])


def opened(client: Client, enrolment: Enrolment, reason: str = REASON) -> str:
    answer = client.post(address_of(enrolment), {"reason": reason})
    assert answer.status_code == 302
    return client.get(answer["Location"]).content.decode()


def sentence(page: str, element: str = "sentence") -> str:
    found = re.search(rf'id="{element}"[^>]*>(.*?)</', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def test_it_is_closed_and_looking_opens_nothing(support: Client, begun: Enrolment) -> None:
    for _look in range(2):
        page = support.get(address_of(begun)).content.decode()
        assert "ana@example.org" in page
        assert not sentence(page)
        assert 'id="attempts"' not in page
        assert lessons_of(course_of(begun))[0].title not in page
    support.head(address_of(begun))
    support.get(address_of(begun), {"reason": REASON})
    assert not AuditEntry.objects.exists()
    assert "no-store" in support.get(address_of(begun))["Cache-Control"]


def test_the_right_to_see_lists_opens_no_record(client: Client, begun: Enrolment) -> None:
    client.force_login(staff("view_enrolment", "view_attempt", "view_credential", "export_records"))
    assert client.get(address_of(begun)).status_code in (302, 403)
    assert client.post(address_of(begun), {"reason": REASON}).status_code in (302, 403)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "too short", "x" * 501, " " * 40, ". . . . . . . . . . .", "a" + " " * 30])
def test_a_reason_says_something(support: Client, begun: Enrolment, reason: str) -> None:
    answer = support.post(address_of(begun), {"reason": reason})
    assert answer.status_code == 422
    assert not sentence(answer.content.decode())
    assert not AuditEntry.objects.exists()
    assert not sentence(support.get(address_of(begun)).content.decode())


def test_a_reason_opens_it_and_is_kept(support: Client, begun: Enrolment) -> None:
    page = opened(support, begun)
    entry = AuditEntry.objects.get()
    actor = User.objects.get(email="support@example.org")
    assert (entry.action, entry.actor_id, entry.reason) == (OPENED.name, actor.pk, REASON)
    assert (entry.subject_kind, entry.subject_key) == ("enrolment", str(begun.pk))
    assert "ana@example.org" not in str(entry.details)
    assert sentence(page)
    support.get(address_of(begun))
    assert AuditEntry.objects.count() == 1, "within the quarter of an hour nothing is opened anew"
    opened(support, begun)
    assert AuditEntry.objects.count() == 2


@pytest.mark.database
def test_it_is_written_down_before_anything_is_shown(support: Client, begun: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(**kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(service, "record_audit", refuses)
    with pytest.raises(DatabaseError):
        support.post(address_of(begun), {"reason": REASON})
    assert not sentence(support.get(address_of(begun)).content.decode())


def test_it_closes_after_a_quarter_of_an_hour(support: Client, begun: Enrolment) -> None:
    opened(support, begun)
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        assert sentence(support.get(address_of(begun)).content.decode())
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert not sentence(support.get(address_of(begun)).content.decode())


def test_it_is_open_for_one_record_and_one_person(support: Client, begun: Enrolment) -> None:
    other = enrol_in(course_of(begun))
    opened(support, begun)
    assert not sentence(support.get(address_of(other)).content.decode())
    support.force_login(staff("view_enrolment", "open_record", email="second@example.org"))
    assert not sentence(support.get(address_of(begun)).content.decode())


def test_losing_the_right_closes_it(support: Client, begun: Enrolment) -> None:
    opened(support, begun)
    User.objects.get(email="support@example.org").user_permissions.remove(Permission.objects.get(codename="open_record"))
    assert support.get(address_of(begun)).status_code in (302, 403)


def test_support_reads_the_learners_own_sentence(support: Client, begun: Enrolment) -> None:
    learner = Client()
    learner.force_login(begun.learner)
    theirs = learner.get(f"/es/learning/{begun.course_key}/").content.decode()
    said = sentence(opened(support, begun))
    assert said
    assert f"<p>{said}</p>" in unescape(theirs)


def test_in_two_languages_both_sentences_stand_side_by_side(client: Client, begun: Enrolment) -> None:
    translate_course(course_of(begun), "en")
    client.force_login(staff("view_enrolment", "open_record", language="en"))
    page = opened(client, begun)
    learner = Client()
    learner.force_login(begun.learner)
    for element, language in (("sentence", "en"), ("learners-sentence", "es")):
        said = sentence(page, element)
        assert said
        theirs = unescape(learner.get(f"/{language}/learning/{begun.course_key}/").content.decode())
        assert f"<p>{said}</p>" in theirs, re.findall("<p>.*?</p>", theirs)
    assert 'lang="es"' in page


def test_ticks_attempts_and_certificates_are_there_and_no_answers(support: Client, begun: Enrolment) -> None:
    course = course_of(begun)
    first, second = lessons_of(course)
    StepWaiver.objects.create(course_key=course.key, step_key=second.key)
    page = opened(support, begun)
    ticks = re.findall(r'<li data-done="(yes|no)">.*?</span>\s*([^<(]+?)\s*(?:\(|</li>)', page, re.DOTALL)
    assert ticks == [("yes", first.title), ("no", assessment_of(course).title)]
    assert second.title in page, "a waived step is named"
    assert "SECRET" not in page
    assert "Option" not in page
    assert "Question" not in page


def test_a_finished_course_shows_its_certificate(support: Client) -> None:
    enrolment = finish_course(make_course(), make_user("grad@example.org", printed_name="Grad"))
    page = opened(support, enrolment)
    credential = enrolment.credentials.get()
    assert credential.code[:4] in page
    assert 'data-done="no"' not in page


def test_names_are_text(support: Client) -> None:
    enrolment = enrol_in(make_course(title="<b>Curso</b>"), make_user(printed_name="<script>alert(1)</script>x"))
    page = opened(support, enrolment, "<script>alert(2)</script> because")
    assert "<script>alert" not in page
    assert "<b>Curso" not in page


def test_a_record_outlives_its_course(support: Client, begun: Enrolment) -> None:
    title = course_of(begun).title
    course_of(begun).delete()
    page = opened(support, begun)
    assert title in page
    assert sentence(page)


def test_unknown_records_are_not_found(support: Client) -> None:
    assert support.get("/admin/enrolments/99999999/").status_code == 404
    assert support.post("/admin/enrolments/99999999/", {"reason": REASON}).status_code == 404
    assert support.get("/admin/enrolments/99999999999999999999999/").status_code == 404


def test_an_opened_record_has_a_budget(support: Client, django_assert_max_num_queries: Any) -> None:
    course = make_course(lessons=30, assessments=3)
    enrolment = enrol_in(course)
    start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key, language="es")
    opened(support, enrolment)
    with django_assert_max_num_queries(30):
        support.get(address_of(enrolment))


@pytest.mark.parametrize("codenames", [(), ("view_credential",), ("revoke_credential",)])
def test_the_link_to_a_certificate_leads_where_the_reader_may_go(client: Client, codenames: tuple[str, ...]) -> None:
    enrolment = finish_course(make_course(), make_user("grad@example.org", printed_name="Grad"))
    client.force_login(staff("view_enrolment", "open_record", *codenames))
    found = re.search(r'id="certificates".*?<a href="([^"]+)"', opened(client, enrolment), re.DOTALL)
    assert found
    assert ("/admin/" in found[1]) == bool(codenames)
    assert client.get(found[1]).status_code == 200
