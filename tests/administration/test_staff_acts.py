"""What staff do with certificates: by hand, revoke, replace. Once, with a reason, told to the holder, and seen at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import ReasonMissing
from accounts.models import AuditEntry, User
from accounts.privacy import erase_records, export_records
from accounts.services.erase_account import erase_account
from accounts.services.record_audit import record_audit
from administration.audit.acts import OPENED
from administration.certificates.history import history_of
from credentials.audit import ISSUED, OVERRIDDEN, REPLACED, REVOKED
from credentials.errors import CredentialOver, NameMissing, NameUnchanged, NameUnprintable, NotEligible, OwnRecord
from credentials.models import Credential, CredentialHold, CredentialHolder, CredentialNotice
from credentials.services.award_credential import AlreadyRevoked, award_credential
from credentials.services.issue_by_hand import issue_by_hand
from credentials.services.make_pdf import CredentialNameless, make_pdf
from credentials.services.notify_holder import notify_holder
from credentials.services.replace_credential import replace_credential
from credentials.services.revoke_credential import revoke_credential
from foundation.errors import Refused
from foundation.services.reconcile import reconcile
from learning.models import Enrolment
from learning.services.record_progress import record_progress
from tests.credentials.test_credential_pages import mine_of, page_of, pdf_of, words
from tests.factories import done, enrol_in, finish_course, make_course, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WHY = "The learner wrote to us about it."
LANGUAGES = ("es", "pt", "fr", "en")


@pytest.fixture
def actor() -> User:
    return make_user("certificates@example.org")


@pytest.fixture
def holder() -> User:
    return make_user("holder@example.org", language="en")


@pytest.fixture
def finished(holder: User) -> Enrolment:
    return finish_course(make_course(lessons=1, assessments=0, title="Finance"), holder)


@pytest.fixture
def credential(finished: Enrolment) -> Credential:
    return Credential.objects.get(enrolment=finished)


@pytest.fixture
def unfinished(holder: User) -> Enrolment:
    return enrol_in(make_course(lessons=2, assessments=0), holder)


@pytest.fixture
def nameless() -> Enrolment:
    return finish_course(make_course(lessons=1, assessments=0), make_user(printed_name=""))


def issue(actor: User, enrolment: Enrolment, **fields: Any) -> Credential:
    return issue_by_hand(**{"actor": actor, "enrolment_id": enrolment.pk, "reason": WHY, **fields})


def revoke(actor: User, credential: Credential, **fields: Any) -> Credential:
    return revoke_credential(**{"actor": actor, "credential_id": credential.pk, "reason": WHY, "public_reason": "data", **fields})


def replace(actor: User, credential: Credential, name: str = "Ñandú Pérez Ávila", **fields: Any) -> Credential:
    return replace_credential(**{"actor": actor, "credential_id": credential.pk, "printed_name": name, "reason": WHY, **fields})


def everything() -> list[Any]:
    models = (AuditEntry, Credential, CredentialHolder, CredentialNotice, User)
    return [list(model.objects.order_by("pk").values()) for model in models]


# By hand


def test_who_has_finished_and_has_none_gets_one_by_hand(actor: User, nameless: Enrolment) -> None:
    User.objects.filter(pk=nameless.learner_id).update(printed_name="Ana Núñez")
    credential = issue(actor, nameless)
    assert (credential.basis, credential.holder.printed_name) == (Credential.Basis.BY_HAND, "Ana Núñez")
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.reason) == (actor.pk, ISSUED.name, WHY)
    assert (entry.subject_kind, entry.subject_key) == ("credential", str(credential.pk))


def test_who_has_not_finished_gets_one_only_as_an_override(actor: User, unfinished: Enrolment) -> None:
    before = everything()
    with pytest.raises(NotEligible):
        issue(actor, unfinished)
    assert everything() == before
    credential = issue(actor, unfinished, override=True)
    assert credential.basis == Credential.Basis.OVERRIDE
    assert AuditEntry.objects.get().action == OVERRIDDEN.name
    unfinished.refresh_from_db()
    assert (unfinished.completed_at, unfinished.done_bits) == (None, 0)


def test_an_override_bears_no_grade(actor: User) -> None:
    """Half of the assessments passed with full marks is no grade of the course."""
    course = make_course(lessons=1, assessments=2)
    enrolment = enrol_in(course)
    from courses.models import AssessmentPage
    from tests.factories import pass_assessment

    pass_assessment(enrolment, AssessmentPage.objects.descendant_of(course).order_by("path")[0])
    snapshot = issue(actor, enrolment, override=True).snapshot
    assert (snapshot["grade"], snapshot["honours"]) == (None, False)


def test_an_override_for_who_has_finished_is_none(actor: User, nameless: Enrolment) -> None:
    User.objects.filter(pk=nameless.learner_id).update(printed_name="Ana Núñez")
    assert issue(actor, nameless, override=True).basis == Credential.Basis.BY_HAND


def test_there_is_one_however_often_it_is_asked_for(actor: User, credential: Credential, finished: Enrolment) -> None:
    before = everything()
    assert issue(actor, finished) == issue(make_user(), finished, override=True) == credential
    assert everything()[:4] == before[:4]


def test_without_a_name_nothing_is_issued(actor: User, nameless: Enrolment) -> None:
    with pytest.raises(NameMissing):
        issue(actor, nameless)
    assert not Credential.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_name_that_no_font_has_is_certified_and_its_pdf_waits(actor: User, nameless: Enrolment) -> None:
    User.objects.filter(pk=nameless.learner_id).update(printed_name="李 Ana")
    credential = issue(actor, nameless)
    with pytest.raises(Refused):
        make_pdf(credential_id=credential.pk, language="es")
    assert CredentialHold.objects.get().credential == credential


def test_after_a_revoked_one_only_people_issue_another(actor: User, finished: Enrolment, credential: Credential) -> None:
    revoke(actor, credential)
    with pytest.raises(AlreadyRevoked):
        award_credential(enrolment_id=finished.pk)
    new = issue(actor, finished)
    assert new != credential
    assert award_credential(enrolment_id=finished.pk) == new
    assert AuditEntry.objects.get(subject_key=str(new.pk)).details["after_revocation"] is True
    credential.refresh_from_db()
    assert credential.replaced_by is None


def test_finishing_after_a_revoked_override_is_kept_and_reissues_nothing(actor: User, unfinished: Enrolment) -> None:
    revoke(actor, issue(actor, unfinished, override=True))
    course_key, learner = unfinished.course_key, unfinished.learner
    steps = [step.key for step in unfinished.outline.document.steps]
    answer = record_progress(learner=learner, course_key=course_key, events=[done(step) for step in steps])
    assert answer
    unfinished.refresh_from_db()
    assert unfinished.completed_at
    assert Credential.objects.live().count() == 0
    with pytest.raises(AlreadyRevoked):
        award_credential(enrolment_id=unfinished.pk)


def test_finishing_after_an_override_issues_no_second_one(actor: User, unfinished: Enrolment) -> None:
    credential = issue(actor, unfinished, override=True)
    steps = [step.key for step in unfinished.outline.document.steps]
    record_progress(learner=unfinished.learner, course_key=unfinished.course_key, events=[done(step) for step in steps])
    assert Credential.objects.get() == credential


def test_an_unknown_enrolment_is_unknown(actor: User) -> None:
    with pytest.raises(Enrolment.DoesNotExist):
        issue_by_hand(actor=actor, enrolment_id=987654, reason=WHY)


# Revoke


def test_revoking_says_when_and_why_and_closes_what_waits(actor: User, credential: Credential) -> None:
    CredentialHold.objects.create(credential=credential, missing="李")
    revoke(actor, credential, public_reason=Credential.PublicReason.REQUEST)
    credential.refresh_from_db()
    assert credential.revoked_at
    assert credential.reason == "request"
    assert CredentialHold.objects.get().resolved_at
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.details) == (REVOKED.name, WHY, {"public_reason": "request"})


@pytest.mark.parametrize("again", [revoke, replace])
@pytest.mark.parametrize("first", [revoke, replace])
def test_the_second_is_told_and_changes_nothing(
    actor: User, credential: Credential, first: Callable[..., Any], again: Callable[..., Any]
) -> None:
    first(actor, credential)
    before = everything()
    with pytest.raises(CredentialOver):
        again(actor, credential)
    assert everything() == before


def test_the_public_reason_is_one_of_a_few_phrases(actor: User, credential: Credential) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        revoke(actor, credential, public_reason="She was ill, says her doctor")
    credential.refresh_from_db()
    assert credential.revoked_at is None


# Replace


def test_replacing_changes_the_name_and_nothing_else(actor: User, credential: Credential) -> None:
    CredentialHolder.objects.update(show_name=True)
    new = replace(actor, credential, "  Nu\u0301n\u0303ez  Ávila ")
    old = Credential.objects.get(pk=credential.pk)
    assert (old.replaced_by, old.reason, old.is_over) == (new, "data", True)
    assert (new.holder.printed_name, new.holder.show_name, new.holder.learner) == ("Núñez Ávila", True, old.holder.learner)
    for field in ("enrolment_id", "subject_kind", "subject_key", "basis", "template_version", "snapshot"):
        assert getattr(new, field) == getattr(old, field), field
    assert new.code != old.code
    assert old.holder.printed_name == "Ñandú Pérez"
    assert award_credential(enrolment_id=new.enrolment_id or 0) == new
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details) == (REPLACED.name, {"replaced_by": str(new.pk)})


@pytest.mark.parametrize(("chosen_since", "stays"), [("", False), ("Another Name", True)])
def test_the_account_follows_unless_the_person_chose_another_name(
    actor: User, credential: Credential, holder: User, chosen_since: str, stays: bool
) -> None:
    if chosen_since:
        User.objects.filter(pk=holder.pk).update(printed_name=chosen_since)
    replace(actor, credential, "Ñandú Ávila")
    holder.refresh_from_db()
    assert holder.printed_name == (chosen_since if stays else "Ñandú Ávila")


@pytest.mark.parametrize(("name", "error"), [
    ("Ñandú Pérez", NameUnchanged), (" Ñandú  Pérez ", NameUnchanged), ("Ana 🦜", NameUnprintable), ("李小龙", NameUnprintable),
    ("", ValidationError), ("A", ValidationError), ("12345", ValidationError), ("Ana\u202eNúñez", ValidationError),
    ("Ñ" * 121, ValidationError),
])  # fmt: skip
def test_a_name_that_can_not_be_printed_changes_nothing(actor: User, credential: Credential, name: str, error: type[Exception]) -> None:
    before = everything()
    with pytest.raises(error) as raised:
        replace(actor, credential, name)
    assert everything() == before
    if error is NameUnprintable:
        assert "%" not in str(raised.value)


def test_a_chain_leads_to_the_one_that_counts(client: Client, actor: User, credential: Credential) -> None:
    second = replace(actor, credential)
    third = replace(actor, second, "Ñandú P.")
    assert list(Credential.objects.live()) == [third]
    assert f'href="/credentials/{second.pk}/?lang=en"' in client.get(page_of(credential)).content.decode()
    assert "another one is valid" not in words(client.get(page_of(credential)))
    assert "another one is valid" in words(client.get(page_of(second)))


def test_what_has_no_name_any_more_is_not_replaced(actor: User, credential: Credential, holder: User) -> None:
    erase_records(holder)
    with pytest.raises(CredentialNameless):
        replace(actor, credential)


# Reasons, and one's own


@pytest.mark.parametrize("reason", ["", "   ", "too short", " " * 30, "1234567890123", "x" * 501, "a\0b" * 10])
@pytest.mark.parametrize("act", [revoke, replace])
def test_without_a_reason_nothing_is_done(actor: User, credential: Credential, act: Callable[..., Any], reason: str) -> None:
    before = everything()
    with pytest.raises(ReasonMissing):
        act(actor, credential, reason=reason)
    assert everything() == before


@pytest.mark.parametrize("reason", ["", "too short", "x" * 501])
def test_without_a_reason_nothing_is_issued(actor: User, nameless: Enrolment, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        issue(actor, nameless, reason=reason)


@pytest.mark.parametrize("length", [10, 500])
def test_the_limits_of_a_reason_are_allowed(actor: User, credential: Credential, length: int) -> None:
    revoke(actor, credential, reason="ñ" * length)
    assert AuditEntry.objects.get().reason == "ñ" * length


def test_nobody_certifies_themselves(holder: User, credential: Credential, unfinished: Enrolment) -> None:
    before = everything()
    for act in (lambda: issue(holder, unfinished, override=True), lambda: revoke(holder, credential), lambda: replace(holder, credential)):
        with pytest.raises(OwnRecord):
            act()
    assert everything() == before


def test_an_act_and_its_entry_stand_or_fall_together(actor: User, credential: Credential, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**fields: Any) -> None:
        raise OSError("no space")

    for service, act in (("revoke_credential", revoke), ("replace_credential", replace)):
        with monkeypatch.context() as broken:
            broken.setattr(f"credentials.services.{service}.record_audit", fail)
            before = everything()
            with pytest.raises(OSError, match="no space"):
                act(actor, credential)
            assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(actor: User) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record_audit(actor=actor, action=OPENED, subject_kind="enrolment", subject_key="1")
    assert not AuditEntry.objects.exists()


# What the public sees, at once


@pytest.mark.parametrize("act", [revoke, replace])
def test_every_page_changes_at_once(client: Client, actor: User, credential: Credential, holder: User, act: Callable[..., Any]) -> None:
    CredentialHolder.objects.update(show_name=True)
    client.force_login(holder)
    etags = {language: client.get(page_of(credential, language))["ETag"] for language in LANGUAGES}
    for language in LANGUAGES:
        assert client.get(pdf_of(credential, language)).status_code == 200
    act(actor, credential)
    for language in LANGUAGES:
        for reader in (client, Client()):
            page = reader.get(page_of(credential, language), headers={"If-None-Match": etags[language]})
            assert page.status_code == 200
            assert page["ETag"] != etags[language]
            assert "Ñandú Pérez" not in words(page)
            file = reader.get(pdf_of(credential, language))
            assert file.status_code == 410
            assert page_of(credential, language) in file.content.decode()
    for address in (
        reverse("credential_verify") + f"?lang=en&code={credential.code}",
        f"/credentials/{str(credential.pk).upper()}/?lang=en",
    ):
        assert Client().get(address)["Location"] == page_of(credential)
    mine = client.get(mine_of(credential))
    assert "no longer valid" in words(mine)
    assert ".pdf" not in mine.content.decode()
    assert "No longer valid" in words(client.get("/en/learning/"))


@pytest.mark.parametrize(("reason", "says"), [
    ("data", {"en": "a mistake in the data"}), ("rules", {"en": "the rules of the course were broken"}), ("other", {"en": "not published"}),
])  # fmt: skip
def test_the_page_gives_the_public_reason_only(
    client: Client, actor: User, credential: Credential, reason: str, says: dict[str, str]
) -> None:
    revoke(actor, credential, public_reason=reason, reason="Her doctor wrote to us about her illness.")
    for language in LANGUAGES:
        text = words(client.get(page_of(credential, language)))
        assert "doctor" not in text
        assert says.get(language, "") in text


def test_the_holder_of_a_replaced_one_is_led_to_the_new_one(client: Client, actor: User, credential: Credential, holder: User) -> None:
    new = replace(actor, credential)
    client.force_login(holder)
    assert mine_of(new) in client.get(mine_of(credential)).content.decode()
    assert pdf_of(new, "fr") in client.get(mine_of(new)).content.decode()
    assert client.get(pdf_of(new, "fr")).status_code == 200


def test_a_course_whose_certificate_was_revoked_offers_none(client: Client, actor: User, credential: Credential, holder: User) -> None:
    revoke(actor, credential)
    client.force_login(holder)
    for name in ("learning:course", "learning:finish"):
        with override("en"):
            page = client.get(reverse(name, args=[credential.enrolment.course_key]))  # type: ignore[union-attr]
        assert page.status_code == 200
        assert "Get my certificate" not in words(page)
    assert mine_of(credential) in page.content.decode()


# Mail


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", [revoke, replace])
def test_the_holder_is_told_once_in_their_language(
    actor: User,
    credential: Credential,
    holder: User,
    act: Callable[..., Any],
    language: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    User.objects.filter(pk=holder.pk).update(language=language)
    with django_capture_on_commit_callbacks(execute=True):
        act(actor, credential)
    message = mail.outbox[0]
    assert message.to == ["holder@example.org"]
    assert "Finance" in message.subject
    assert f"/credentials/{credential.pk}/?lang={language}" in message.body
    assert WHY not in message.body
    assert actor.email not in message.body
    assert "Ñandú" not in message.body
    notice = CredentialNotice.objects.get()
    assert notice.told_at
    notify_holder.call(notice.pk)
    assert reconcile(now=timezone.now() + timedelta(hours=2))["messages"] == 0
    assert len(mail.outbox) == 1


def test_who_is_given_one_by_hand_is_told_where_it_is(
    actor: User, unfinished: Enrolment, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        credential = issue(actor, unfinished, override=True)
        issue(actor, unfinished, override=True)
    assert len(mail.outbox) == 1
    assert f"/en/learning/certificates/{credential.pk}/" in mail.outbox[0].body
    assert re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", mail.outbox[0].body)


def test_who_is_told_late_is_not_told_that_they_have_what_was_revoked(actor: User, unfinished: Enrolment) -> None:
    credential = revoke(actor, issue(actor, unfinished, override=True))
    assert reconcile(now=timezone.now() + timedelta(hours=2))["messages"] == 2
    assert ["revoked" in message.subject for message in mail.outbox] == [True]
    assert not CredentialNotice.objects.filter(told_at=None).exists()
    with override("en"):
        said = [line.words for line in history_of(Credential.objects.get(pk=credential.pk))]
    assert "An e-mail to the holder was no longer needed, and was not sent: issued by hand." in said
    assert "The holder was told by e-mail: revoked." in said
    assert "The holder was told by e-mail: issued by hand." not in said


def test_who_earned_one_gets_no_such_mail(holder: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        finish_course(make_course(lessons=1, assessments=0), holder)
    assert not mail.outbox


def test_what_no_task_has_told_is_told_by_the_reconciler(actor: User, credential: Credential) -> None:
    revoke(actor, credential)
    assert reconcile(now=timezone.now())["messages"] == 0
    assert reconcile(now=timezone.now() + timedelta(hours=2))["messages"] == 1
    assert len(mail.outbox) == 1


def test_who_is_gone_is_not_written_to(actor: User, credential: Credential, holder: User) -> None:
    revoke(actor, credential)
    erase_account(user=holder, now=timezone.now())
    notify_holder.call(CredentialNotice.objects.get().pk)
    assert reconcile(now=timezone.now() + timedelta(hours=2))["messages"] == 0
    assert not [message for message in mail.outbox if "holder@example.org" in message.to]


# Privacy


def test_staff_and_the_people_concerned_see_the_entries_about_them(actor: User, credential: Credential, holder: User) -> None:
    revoke(actor, credential)
    [own] = export_records(actor)["accounts.AuditEntry"]
    [about] = export_records(holder)["accounts.AuditEntry"]
    assert (own["done_by_you"], about["done_by_you"]) == (True, False)
    assert own["reason"] == about["reason"] == WHY
    assert "actor_id" not in about
    assert export_records(make_user())["accounts.AuditEntry"] == []


def test_erasure_leaves_entries_that_name_nobody(actor: User, credential: Credential, holder: User) -> None:
    replace(actor, credential, "Ñandú Ávila")
    before = list(AuditEntry.objects.values())
    for person in (holder, actor):
        erase_account(user=person, now=timezone.now())
    assert list(AuditEntry.objects.values()) == before
    stored = repr(before) + repr(list(Credential.objects.values())) + repr(list(CredentialNotice.objects.values()))
    for gone in ("Ñandú", "Ávila", "holder@example.org", "certificates@example.org"):
        assert gone not in stored
    assert not CredentialHolder.objects.exists()


def test_lessons_are_still_what_they_were(actor: User, credential: Credential) -> None:
    """Revoking says something about the paper, nothing about the record."""
    enrolment = credential.enrolment
    assert enrolment
    before = Enrolment.objects.filter(pk=enrolment.pk).values().get()
    revoke(actor, credential)
    assert Enrolment.objects.filter(pk=enrolment.pk).values().get() == before
