"""What comes between coming from an institution and joining it to an account: a second subject, a change, a hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.errors import AccountChanged, AccountHeld, CaseClosed, CaseOutdated, OwnCase, ReasonMissing, SubjectTaken
from accounts.models import AddressChange, AuditEntry, InstitutionCase, InstitutionIdentity, SecurityEvent, User
from accounts.roles import SUPPORT
from accounts.services.change_address import change_address
from accounts.services.contest_address import contest_address
from accounts.services.decide_address import decide_address
from accounts.services.decide_institution import decide_institution
from accounts.services.erase_account import erase_account
from accounts.services.export_account import export_account
from accounts.services.give_role import give_role
from accounts.services.join_institution import join_institution
from accounts.upkeep import forget_old
from tests.accounts.door import ANA, member, sign_in, signed_in_as
from tests.accounts.institutions.institution import (
    JOIN,
    OTHER_SUB,
    SUB,
    WHY,
    Commits,
    Outcome,
    Provider,
    browser,
    come,
    come_with_code,
    join,
    joined,
    page_of,
)
from tests.accounts.staff import colleague, in_role

pytestmark = pytest.mark.django_db


@pytest.mark.database
def test_there_is_one_case_however_often_they_come(case: InstitutionCase) -> None:
    assert (case.subject, case.user.email) == (SUB, ANA)
    assert join(browser()).status_code == 409
    assert InstitutionCase.objects.count() == 1


@pytest.mark.database
def test_a_case_is_about_one_account(case: InstitutionCase, provider: Provider) -> None:
    """The institution has given the address of the account to nobody else: another account has a case of its own."""
    joined(member("bea@example.org"), "subject-of-bea", provider.url)
    provider.says(SUB, "bea@example.org")
    assert join(browser()).status_code == 409
    assert set(InstitutionCase.objects.values_list("user__email", "subject")) == {(ANA, SUB), ("bea@example.org", SUB)}


def test_strangers_make_no_cases(client: Client, provider: Provider) -> None:
    joined(member(), OTHER_SUB, provider.url)
    come(client)
    client.post(JOIN)
    assert not InstitutionCase.objects.exists()


def decide(case: InstitutionCase, outcome: Outcome, reason: str = WHY) -> InstitutionCase:
    return decide_institution(actor=member("support@example.org"), case_id=case.pk, outcome=outcome, reason=reason, now=timezone.now())


@pytest.mark.database
@pytest.mark.parametrize(("outcome", "subject"), [("replaced", SUB), ("refused", OTHER_SUB)])
def test_support_decides(case: InstitutionCase, commits: Commits, outcome: str, subject: str) -> None:
    desk = in_role(SUPPORT)
    assert ANA in page_of(desk.get("/admin/institution-cases/"))
    url = f"/admin/institution-cases/{case.pk}/"
    page = page_of(desk.get(url))
    assert SUB in page
    assert OTHER_SUB in page
    assert desk.post(url, {"outcome": outcome, "reason": "no"}).status_code == 422
    with commits():
        assert desk.post(url, {"outcome": outcome, "reason": WHY}).status_code == 302
    assert InstitutionIdentity.objects.get().subject == subject
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.subject_key) == ("institution", WHY, str(case.user_id))
    assert mail.outbox[-1].to == [ANA]
    client = browser()
    come(client, subject)
    assert signed_in_as(client) == case.user
    assert page_of(desk.get(url))
    desk.post(url, {"outcome": "refused", "reason": WHY})
    assert AuditEntry.objects.count() == 1, "sent twice, it is decided once"
    case.refresh_from_db()
    assert forget_old(timezone.now() + timedelta(days=366)) >= 1
    assert not InstitutionCase.objects.exists()


@pytest.mark.database
def test_whoever_came_in_by_the_former_sign_in_goes_when_it_is_replaced(case: InstitutionCase) -> None:
    former = browser()
    come(former, OTHER_SUB)
    assert signed_in_as(former) == case.user
    decide(case, Outcome.REPLACED)
    assert former.get("/accounts/").status_code == 302
    assert SecurityEvent.objects.order_by("pk").last().kind == "institution-new"  # type: ignore[union-attr]


@pytest.mark.database
@pytest.mark.parametrize("change", ["address", "password", "closed"])
def test_a_case_counts_only_for_the_account_as_it_was_shown(case: InstitutionCase, change: str) -> None:
    """A former mailbox has a case opened; its owner changes the address: support can no longer give the account to who reads it."""
    user = User.objects.get(pk=case.user_id)
    if change == "address":
        change_address(user=user, email="new.ana@example.org", had_factor=True, now=timezone.now())
    elif change == "password":
        user.set_password("other words of mine")
        user.save()
    else:
        user.is_active = False
        user.save()
    with pytest.raises(CaseOutdated):
        decide(case, Outcome.REPLACED)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB
    support = User.objects.get(email="support@example.org")
    decide_institution(actor=support, case_id=case.pk, outcome=Outcome.REFUSED, reason=WHY, now=timezone.now())
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB


@pytest.mark.database
def test_nobody_decides_twice_without_a_reason_or_about_themselves(case: InstitutionCase) -> None:
    with pytest.raises(ReasonMissing):
        decide_institution(actor=case.user, case_id=case.pk, outcome=Outcome.REPLACED, reason="", now=timezone.now())
    with pytest.raises(OwnCase):
        decide_institution(actor=case.user, case_id=case.pk, outcome=Outcome.REPLACED, reason=WHY, now=timezone.now())
    decide(case, Outcome.REFUSED)
    with pytest.raises(CaseClosed):
        decide_institution(
            actor=User.objects.get(email="support@example.org"), case_id=case.pk, outcome=Outcome.REPLACED, reason=WHY, now=timezone.now()
        )


@pytest.mark.database
def test_a_subject_that_has_joined_another_account_meanwhile_is_given_to_nobody(case: InstitutionCase) -> None:
    joined(member("bea@example.org"), SUB, case.issuer)
    with pytest.raises(SubjectTaken):
        decide(case, Outcome.REPLACED)
    case.refresh_from_db()
    assert case.decided_at is None
    assert case.user.institution_identities.get().subject == OTHER_SUB


def test_a_changed_subject_of_the_same_address_is_a_second_one(client: Client, provider: Provider) -> None:
    """The institution knows the person under another subject from now on: nothing goes on by itself."""
    assert join(client)["Location"] == "/accounts/"
    provider.says(OTHER_SUB)
    assert join(browser(), OTHER_SUB).status_code == 409
    assert InstitutionIdentity.objects.get().subject == SUB
    assert InstitutionCase.objects.get().subject == OTHER_SUB


def test_it_is_over_after_a_while(client: Client, provider: Provider) -> None:
    start = timezone.now()
    come_with_code(client)
    with time_machine.travel(start + timedelta(minutes=16)):
        assert client.get(JOIN).status_code == 410
        assert client.get(JOIN)["Location"] == "/accounts/", "and forgotten"
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_an_account_that_changed_its_address_in_between_is_not_joined(client: Client, provider: Provider) -> None:
    ana = member()
    come_with_code(client)
    change_address(user=ana, email="ana.new@example.org", had_factor=False, now=timezone.now())
    assert client.post(JOIN)["Location"].startswith("/accounts/login/")
    sign_in(client, "ana.new@example.org")
    assert client.post(JOIN).status_code in {302, 410}
    assert not InstitutionIdentity.objects.exists()


def test_an_account_that_changed_since_is_not_joined(client: Client, provider: Provider) -> None:
    ana = member()
    come_with_code(client)
    give_role(user=ana, role=SUPPORT)
    assert client.post(JOIN).status_code == 410
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_the_service_asks_itself_whether_the_account_is_what_it_was() -> None:
    ana = member()
    give_role(user=User.objects.get(pk=ana.pk), role=SUPPORT)
    with pytest.raises(AccountChanged):
        join_institution(user=ana, institution="uni", issuer="i", subject=SUB, now=timezone.now())
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_a_held_account_is_neither_joined_nor_left(client: Client, provider: Provider) -> None:
    ana = member()
    identity = joined(ana, issuer="https://other.example")
    change = change_address(user=ana, email="thief@example.org", had_factor=False, now=timezone.now())
    contest_address(change_id=change.pk, now=timezone.now())
    provider.says(SUB, "thief@example.org")
    answer = join(client)
    assert answer.status_code == 409
    assert "Until support has decided" in page_of(answer)
    assert client.post(f"/accounts/institutions/{identity.pk}/leave/").status_code == 409
    assert InstitutionIdentity.objects.get() == identity


@pytest.mark.database
def test_a_held_account_gets_no_other_sign_in_by_support_either(case: InstitutionCase) -> None:
    change = change_address(user=case.user, email="thief@example.org", had_factor=False, now=timezone.now())
    contest_address(change_id=change.pk, now=timezone.now())
    with pytest.raises(AccountHeld):
        decide(case, Outcome.REPLACED)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB


@pytest.mark.database
def test_two_tabs_that_join_at_once_join_once(client: Client, provider: Provider, monkeypatch: Any) -> None:
    come_with_code(client)

    def after_another(**said: Any) -> object:
        join_institution(**{**said, "user": User.objects.get()})
        return join_institution(**said)

    monkeypatch.setattr("accounts.views.institutions.join_institution", after_another)
    assert client.post(JOIN)["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.count() == 1
    assert signed_in_as(client) == User.objects.get()


@pytest.mark.database
def test_a_subject_joins_one_account_only(client: Client, provider: Provider) -> None:
    come_with_code(client)
    joined(member("bea@example.org"), issuer=provider.url)
    answer = client.post(JOIN)
    assert answer.status_code == 409
    assert "belongs to another account" in page_of(answer)
    assert InstitutionIdentity.objects.get().user.email == "bea@example.org"


@pytest.mark.database
def test_giving_an_account_back_takes_away_what_was_joined_by_whoever_had_it(provider: Provider) -> None:
    ana = member()
    joined(ana, issuer="https://old.example")
    InstitutionIdentity.objects.update(joined_at=timezone.now() - timedelta(days=9))
    change = change_address(user=ana, email="thief@example.org", had_factor=False, now=timezone.now())
    joined(ana, issuer=provider.url)
    InstitutionCase.objects.create(user=ana, institution="uni", issuer=provider.url, subject=OTHER_SUB)
    contest_address(change_id=change.pk, now=timezone.now())
    decide_address(actor=colleague(SUPPORT), change_id=change.pk, outcome=AddressChange.Outcome.RETURNED, reason=WHY, now=timezone.now())
    assert not InstitutionIdentity.objects.exists(), "whoever read the mailbox may have joined theirs long before"
    assert InstitutionCase.objects.get().outcome == Outcome.REFUSED


@pytest.mark.database
def test_what_is_kept_is_handed_over_and_erased(client: Client, case: InstitutionCase) -> None:
    user = User.objects.get(pk=case.user_id)
    held = export_account(user=user)["held"]
    assert held["accounts.InstitutionIdentity"][0]["subject"] == OTHER_SUB
    assert held["accounts.InstitutionCase"][0]["subject"] == SUB
    erase_account(user=user, now=timezone.now())
    assert not InstitutionIdentity.objects.exists()
    assert not InstitutionCase.objects.exists()
