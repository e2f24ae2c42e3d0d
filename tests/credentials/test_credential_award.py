"""Awarding: who has earned it gets it once, with everything that will ever be printed on it."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.models import CourseRun, Outline, StepWaiver
from courses.outline import OutlineDocument, OutlineModule, OutlineStep, to_json
from courses.services.publish_structure import publish_structure
from courses.step_types import LESSON
from credentials.errors import NotEligible
from credentials.models import Credential, CredentialHolder
from credentials.services.award_credential import AlreadyRevoked, award_credential
from credentials.services.claim_credential import claim_credential
from credentials.services.make_pdf import make_pdf
from learning.errors import NotEnrolled
from learning.models import Enrolment
from learning.services.withdraw import withdraw
from tests.factories import enrol_in, finish_course, make_course, make_lesson, make_user, module_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def unnamed() -> Enrolment:
    """An enrolment that was finished by someone who has given no name."""
    return finish_course(make_course(lessons=1, assessments=0), make_user(printed_name=""))


def claim(enrolment: Enrolment, name: str = "Ana Núñez") -> Credential | None:
    return claim_credential(learner=enrolment.learner, course_key=enrolment.course_key, printed_name=name)


# Who


def test_completed_but_for_a_required_step_is_not_eligible() -> None:
    """`completed_at` alone does not do: the bits are looked at again."""
    enrolment = enrol_in(make_course(lessons=2, assessments=0))
    Enrolment.objects.filter(pk=enrolment.pk).update(completed_at=timezone.now(), done_bits=1)
    with pytest.raises(NotEligible):
        award_credential(enrolment_id=enrolment.pk)
    assert not Credential.objects.exists()


def test_all_done_but_not_completed_is_not_eligible() -> None:
    enrolment = enrol_in(make_course(lessons=2, assessments=0))
    Enrolment.objects.filter(pk=enrolment.pk).update(done_bits=0b11)
    with pytest.raises(NotEligible):
        award_credential(enrolment_id=enrolment.pk)


@pytest.mark.parametrize("ended", [False, True])
def test_a_waiver_counts_also_after_the_step_came_back(ended: bool) -> None:
    """Restoring a step takes nothing back from who finished without it and gives the name only now."""
    course = make_course(lessons=2, assessments=0)
    enrolment = enrol_in(course, make_user(printed_name=""))
    waived = enrolment.document.steps[1]
    StepWaiver.objects.create(course_key=course.key, step_key=waived.key, ended_at=timezone.now() if ended else None)
    Enrolment.objects.filter(pk=enrolment.pk).update(completed_at=timezone.now(), done_bits=1)
    assert claim(enrolment) == Credential.objects.get()


def test_when_every_step_is_gone_who_has_finished_has_finished() -> None:
    enrolment = unnamed()
    for step in enrolment.document.steps:
        StepWaiver.objects.create(course_key=enrolment.course_key, step_key=step.key)
    assert claim(enrolment)


def test_who_finished_and_left_may_still_claim() -> None:
    enrolment = unnamed()
    withdraw(learner=enrolment.learner, course_key=enrolment.course_key)
    assert claim(enrolment)


def test_who_never_enrolled_has_nothing_to_claim() -> None:
    person = make_user(printed_name="")
    with pytest.raises(NotEnrolled):
        claim_credential(learner=person, course_key=make_course(lessons=1, assessments=0).key, printed_name="Ana Núñez")
    person.refresh_from_db()
    assert person.printed_name == ""


# Once


def test_a_revoked_one_is_not_awarded_again_by_asking(client: Client) -> None:
    enrolment = finish_course(make_course(lessons=1, assessments=0))
    Credential.objects.update(revoked_at=timezone.now(), reason="Issued by mistake")
    with pytest.raises(AlreadyRevoked):
        award_credential(enrolment_id=enrolment.pk)
    client.force_login(enrolment.learner)
    response = client.post(reverse("learning:finish", args=[enrolment.course_key]), {"printed_name": "Ana Núñez"})
    assert response.status_code == 409
    assert Credential.objects.count() == 1
    enrolment.learner.refresh_from_db()
    assert enrolment.learner.printed_name == "Ñandú Pérez"


def test_a_replaced_one_leads_to_the_one_that_counts() -> None:
    enrolment = finish_course(make_course(lessons=1, assessments=0))
    old = Credential.objects.get()
    Credential.objects.update(revoked_at=timezone.now())
    new = Credential.objects.create(enrolment=enrolment, subject_key=old.subject_key, snapshot=old.snapshot)
    Credential.objects.filter(pk=old.pk).update(replaced_by=new)
    assert award_credential(enrolment_id=enrolment.pk) == new


@pytest.mark.parametrize("name", ["", "  ", "A", "12345", "Ana\u202eNúñez", "Ana\x07", "Ñ" * 121])
def test_a_name_that_can_not_be_printed_changes_nothing(name: str) -> None:
    enrolment = unnamed()
    with pytest.raises(ValidationError):
        claim(enrolment, name)
    enrolment.learner.refresh_from_db()
    assert enrolment.learner.printed_name == ""
    assert not Credential.objects.exists()


def test_a_name_in_pieces_is_kept_composed() -> None:
    credential = claim(unnamed(), "  Nu\u0301n\u0303ez \t Pe\u0301rez ")
    assert credential
    assert credential.holder.printed_name == "Núñez Pérez"


@pytest.mark.parametrize("shows", [False, True])
def test_a_new_certificate_begins_with_what_the_account_says_about_the_name(shows: bool) -> None:
    finish_course(make_course(lessons=1, assessments=0), make_user(show_name=shows))
    assert CredentialHolder.objects.get().show_name is shows


# What is written down


def test_the_snapshot_says_everything_but_whose_it_is(settings: Any) -> None:
    settings.CREDENTIAL_ISSUER, settings.SITE_URL = "Puente, demonstration", "https://puente.example"
    course = make_course(lessons=2, assessments=1, title="Curso de prueba", topic="health")
    enrolment = finish_course(course, make_user("somebody.special@example.org"))
    credential = Credential.objects.get()
    snapshot = credential.snapshot
    assert snapshot["schema"] == 1
    assert snapshot["titles"]["es"] == "Curso de prueba"
    assert snapshot["topic"] == "health"
    assert snapshot["slug"] == course.slug
    assert snapshot["minutes"] == enrolment.document.minutes
    assert (snapshot["outline"], snapshot["outline_version"]) == (str(enrolment.outline_id), 1)
    assert (snapshot["grade"], snapshot["honours"]) == (100, True)
    assert (snapshot["issuer"], snapshot["site"], snapshot["language"]) == ("Puente, demonstration", "https://puente.example", "es")
    stored = json.dumps(snapshot, ensure_ascii=False)
    assert enrolment.learner.printed_name not in stored
    assert "somebody.special" not in stored
    assert f'"{enrolment.learner_id}"' not in stored


def test_nothing_that_happens_to_the_course_changes_what_was_earned() -> None:
    course = make_course(lessons=1, assessments=0)
    finish_course(course)
    before = Credential.objects.get()
    make_lesson(module_of(course))
    course.title = "Something else"
    course.save_revision().publish()
    publish_structure(course=course)
    course.delete()
    after = Credential.objects.get()
    assert (after.snapshot, after.issued_at, after.code) == (before.snapshot, before.issued_at, before.code)


def test_a_course_without_assessments_has_no_grade() -> None:
    finish_course(make_course(lessons=1, assessments=0))
    snapshot = Credential.objects.get().snapshot
    assert (snapshot["grade"], snapshot["honours"]) == (None, False)


def finished_without_pages() -> Enrolment:
    """A finished enrolment of a course whose pages are gone: a test with real transactions begins without a page tree."""
    key, step = uuid4(), OutlineStep(uuid4(), 0, LESSON, True, 5, {"es": "Paso"})
    document = OutlineDocument({"es": "Curso"}, (OutlineModule(uuid4(), {"es": "Módulo"}, (step,)),))
    return Enrolment.objects.create(
        learner=make_user(printed_name=""),
        course_key=key,
        run=CourseRun.objects.create(course_key=key),
        outline=Outline.objects.create(course_key=key, version=1, content=to_json(document)),
        language="es",
        done_bits=1,
        completed_at=timezone.now(),
    )


def test_a_course_that_is_gone_is_printed_with_what_the_outline_remembers() -> None:
    credential = claim(finished_without_pages())
    assert credential
    assert credential.snapshot["titles"] == {"es": "Curso"}
    assert make_pdf(credential_id=credential.pk, language="fr").startswith(b"%PDF")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tabs_make_one_certificate() -> None:
    enrolment = finished_without_pages()
    together, made = threading.Barrier(4), []

    def ask(name: str) -> None:
        together.wait()
        try:
            made.append(claim(enrolment, name))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(f"Ana {letter}",)) for letter in ("Núñez", "Ñandú", "São", "Łódź")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(made) == 4
    assert {credential.pk for credential in made if credential} == {Credential.objects.get().pk}
    assert CredentialHolder.objects.count() == 1
