"""Certificates in the admin: who may come where, what a form refuses, what is said of a stale page, and the audit trail."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.services.erase_account import erase_account
from administration import todo
from administration.audit.views import ACTORS
from administration.certificates.history import history_of
from credentials.models import Credential, CredentialFile, CredentialHold, CredentialHolder
from credentials.services.issue_by_hand import issue_by_hand
from credentials.services.replace_credential import replace_credential
from credentials.services.revoke_credential import revoke_credential
from learning.models import Enrolment
from tests.credentials.test_certificate import make_credential
from tests.credentials.test_credential_pages import words
from tests.factories import enrol_in, finish_course, make_course, make_user

pytestmark = pytest.mark.django_db
WHY = "The learner wrote to us about it."
ACTS = ("view", "issue", "revoke", "replace")


def staff(*codenames: str, **fields: Any) -> User:
    """Someone who may enter the admin, and has these permissions."""
    person = make_user(**{"language": "en", **fields})
    person.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return person


@pytest.fixture
def officer() -> User:
    return staff(*(f"{act}_credential" for act in ACTS), "view_auditentry", email="officer@example.org")


@pytest.fixture
def admin(client: Client, officer: User) -> Client:
    client.force_login(officer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def holder() -> User:
    return make_user("holder@example.org", language="en")


@pytest.fixture
def credential(holder: User) -> Credential:
    finish_course(make_course(lessons=1, assessments=0, title="Finance"), holder)
    return Credential.objects.get()


@pytest.fixture
def unfinished(holder: User) -> Enrolment:
    return enrol_in(make_course(lessons=2, assessments=0, title="Health"), holder)


def at(name: str, *args: Any) -> str:
    return reverse(f"certificates_admin:{name}", args=args)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (AuditEntry, Credential, CredentialHolder)]


# Who may come here


@pytest.mark.parametrize("granted", [*ACTS, "nothing", "learner"])
def test_each_page_asks_for_its_own_permission(client: Client, credential: Credential, unfinished: Enrolment, granted: str) -> None:
    if granted == "learner":
        client.force_login(make_user())
    else:
        client.force_login(staff(f"{granted}_credential"))
    allowed = {
        at("detail", credential.pk): granted in ACTS,
        at("issue", unfinished.pk): granted == "issue",
        at("revoke", credential.pk): granted == "revoke",
        at("replace", credential.pk): granted == "replace",
        at("audit"): False,
        at("audit_results"): False,
    }
    before = everything()
    for url, may in allowed.items():
        assert client.get(url).status_code == (200 if may else 302), url
        if not may:
            sent = {"reason": WHY, "public_reason": "data", "printed_name": "Ana Núñez", "action": "replace", "override": "on"}
            assert client.post(url, sent).status_code in (302, 405), url
            assert client.get(url, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403, url
    assert everything() == before


def test_strangers_are_sent_to_the_door(client: Client, credential: Credential, unfinished: Enrolment) -> None:
    for url in (
        at("detail", credential.pk),
        at("issue", unfinished.pk),
        at("revoke", credential.pk),
        at("replace", credential.pk),
        at("audit"),
    ):
        for response in (client.get(url), client.post(url)):
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("account_login"))


def test_reading_the_trail_alone_is_a_permission_of_its_own(client: Client, credential: Credential) -> None:
    client.force_login(staff("view_auditentry"))
    assert client.get(at("audit")).status_code == 200
    assert client.get(at("detail", credential.pk)).status_code == 302


@pytest.mark.database
def test_what_nobody_knows_is_not_found(admin: Client) -> None:
    for name in ("detail", "revoke", "replace"):
        assert admin.get(at(name, uuid.uuid4())).status_code == 404
    assert admin.post(at("revoke", uuid.uuid4()), {"reason": WHY}).status_code == 404
    assert admin.get(at("issue", 987654321)).status_code == 404
    assert admin.get("/admin/certificates/issue/99999999999999999999999/").status_code == 404


def test_looking_changes_nothing_and_a_form_needs_its_token(officer: User, credential: Credential, unfinished: Enrolment) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    before = everything()
    sent = {"reason": WHY, "public_reason": "data", "printed_name": "Ana Núñez", "action": "replace", "override": "on"}
    for url in (at("issue", unfinished.pk), at("revoke", credential.pk), at("replace", credential.pk)):
        assert strict.get(url, sent).status_code == 200
        assert strict.head(url).status_code == 200
        assert strict.post(url, sent).status_code == 403
        assert strict.put(url).status_code in (403, 405)
    assert everything() == before


# One certificate


@pytest.mark.database
def test_the_page_says_what_is_printed_whose_it_is_and_what_happened(admin: Client, credential: Credential) -> None:
    CredentialFile.objects.create(credential=credential, language="fr", sha256="ab" * 32, path="x.pdf")
    page = admin.get(at("detail", credential.pk))
    text = words(page)
    for expected in ("Finance", "Ñandú Pérez", "holder@example.org", "earned by finishing the course", "Français", "abababababab", "valid"):
        assert expected in text
    for language in ("es", "pt", "fr", "en"):
        assert f"/credentials/{credential.pk}/?lang={language}" in page.content.decode()
    for act in ("revoke", "replace"):
        assert at(act, credential.pk) in page.content.decode()


@pytest.mark.database
def test_what_one_may_not_do_is_not_offered(client: Client, credential: Credential) -> None:
    client.force_login(staff("view_credential", "replace_credential"))
    body = client.get(at("detail", credential.pk)).content.decode()
    assert at("replace", credential.pk) in body
    assert at("revoke", credential.pk) not in body
    client.force_login(staff("view_credential"))
    assert at("replace", credential.pk) not in client.get(at("detail", credential.pk)).content.decode()


@pytest.mark.database
def test_a_hold_waits_on_the_first_page_for_whoever_may_work_on_it(credential: Credential) -> None:
    hold = CredentialHold.objects.create(credential=credential, missing="李")
    line = next(iter(todo.certificate_holds(staff("change_credentialhold", email="holds@example.org"))))
    assert (line.count, line.oldest, line.url) == (1, hold.opened_at, reverse("credential_holds:index"))
    assert list(todo.certificate_holds(staff("view_credential", email="reads@example.org"))) == []


@pytest.mark.database
def test_a_hold_is_shown_with_the_way_to_mend_it(client: Client, credential: Credential) -> None:
    hold = CredentialHold.objects.create(credential=credential, missing="李")
    client.force_login(staff("view_credential", "change_credentialhold"))
    page = client.get(at("detail", credential.pk))
    assert reverse("credential_holds:edit", args=[hold.pk]) in page.content.decode()
    client.force_login(staff("view_credential"))
    page = client.get(at("detail", credential.pk))
    assert "李" in words(page)
    assert reverse("credential_holds:edit", args=[hold.pk]) not in page.content.decode()


@pytest.mark.database
def test_a_certificate_whose_holder_is_gone_still_has_its_page(admin: Client, credential: Credential, holder: User, officer: User) -> None:
    new = replace_credential(actor=officer, credential_id=credential.pk, printed_name="Ana Núñez", reason=WHY)
    erase_account(user=holder, now=timezone.now())
    for one in (credential, new):
        page = admin.get(at("detail", one.pk))
        assert page.status_code == 200
        assert "Núñez" not in words(page)
        assert "holder@example.org" not in words(page)
        for act in ("revoke", "replace"):
            assert admin.get(at(act, one.pk)).status_code == 200
    assert at("revoke", new.pk) in admin.get(at("detail", new.pk)).content.decode()
    assert at("replace", new.pk) not in admin.get(at("detail", new.pk)).content.decode()
    assert admin.post(at("replace", new.pk), {"printed_name": "X Y", "reason": WHY, "action": "replace"}).status_code == 302
    assert Credential.objects.count() == 2


@pytest.mark.database
def test_the_history_is_in_words_with_who_while_there_is_someone(admin: Client, credential: Credential, officer: User) -> None:
    helper = staff(email="helper@example.org")
    new = replace_credential(actor=helper, credential_id=credential.pk, printed_name="Ana Núñez", reason="The surname was wrong.")
    revoke_credential(actor=officer, credential_id=new.pk, reason="It turned out to be wrong.", public_reason="rules")
    text = words(admin.get(at("detail", new.pk)))
    for expected in (
        "Issued in place of",
        "The surname was wrong.",
        "helper@example.org",
        "the rules of the course were broken",
        "officer@example.org",
    ):
        assert expected in text
    assert "Issued, because the course was finished" not in text
    old = words(admin.get(at("detail", credential.pk)))
    assert "Issued, because the course was finished" in old
    assert "Replaced by" in old
    erase_account(user=helper, now=timezone.now())
    text = words(admin.get(at("detail", new.pk)))
    assert "a former member of staff" in text
    assert "helper@example.org" not in text
    lines = history_of(Credential.objects.get(pk=new.pk))
    assert [line.at for line in lines] == sorted(line.at for line in lines)


@pytest.mark.database
def test_the_page_costs_the_same_however_long_its_history(admin: Client, credential: Credential) -> None:
    admin.get(at("detail", credential.pk))
    with CaptureQueriesContext(connection) as short:
        admin.get(at("detail", credential.pk))
    for language in ("es", "pt", "fr", "en"):
        CredentialFile.objects.create(credential=credential, language=language, sha256="ab" * 32, path="x.pdf")
    with CaptureQueriesContext(connection) as long:
        admin.get(at("detail", credential.pk))
    assert len(long) == len(short)
    assert len(short) < 25


# Issue by hand


@pytest.mark.database
def test_issuing_an_override_needs_its_box(admin: Client, unfinished: Enrolment, officer: User) -> None:
    url = at("issue", unfinished.pk)
    page = admin.get(url)
    assert "although the course is not finished" in words(page)
    refused = admin.post(url, {"reason": WHY})
    assert refused.status_code == 422
    assert "Tick the box" in words(refused)
    assert not Credential.objects.exists()
    done = admin.post(url, {"reason": WHY, "override": "on"}, follow=True)
    credential = Credential.objects.get()
    assert done.redirect_chain == [(at("detail", credential.pk), 302)]
    assert "The certificate is issued" in words(done)
    assert credential.basis == Credential.Basis.OVERRIDE
    assert AuditEntry.objects.get().actor_id == officer.pk


@pytest.mark.database
def test_sent_twice_it_issues_once_and_another_hears_that_there_is_one(admin: Client, unfinished: Enrolment) -> None:
    sent = {"reason": WHY, "override": "on"}
    url = at("issue", unfinished.pk)
    first, second = admin.post(url, sent, follow=True), admin.post(url, sent, follow=True)
    assert first.redirect_chain == second.redirect_chain
    assert "is issued" in words(second)
    other = Client()
    other.force_login(staff("issue_credential"))
    assert "There is a valid certificate already" in words(other.post(url, sent, follow=True))
    assert "There is a valid certificate already" in words(other.get(url))
    assert (Credential.objects.count(), AuditEntry.objects.count()) == (1, 1)


@pytest.mark.database
def test_who_has_finished_gets_it_without_a_box(admin: Client) -> None:
    enrolment = finish_course(make_course(lessons=1, assessments=0), make_user(printed_name=""))
    page = admin.get(at("issue", enrolment.pk))
    assert "has given no name to print" in words(page)
    assert "<textarea" not in page.content.decode()
    assert "no name to print" in words(admin.post(at("issue", enrolment.pk), {"reason": WHY}, follow=True))
    User.objects.filter(pk=enrolment.learner_id).update(printed_name="Ana Núñez")
    assert "override" not in admin.get(at("issue", enrolment.pk)).content.decode()
    admin.post(at("issue", enrolment.pk), {"reason": WHY})
    assert Credential.objects.get().basis == Credential.Basis.BY_HAND


@pytest.mark.database
def test_an_earlier_revoked_one_is_named_before_another_is_issued(admin: Client, credential: Credential, officer: User) -> None:
    revoke_credential(actor=officer, credential_id=credential.pk, reason=WHY, public_reason="error")
    assert "An earlier certificate was revoked on" in words(admin.get(at("issue", credential.enrolment_id)))
    admin.post(at("issue", credential.enrolment_id), {"reason": WHY})
    assert Credential.objects.live().count() == 1


# Revoke


@pytest.mark.database
def test_revoking_says_first_what_happens_and_then_that_it_happened(admin: Client, credential: Credential) -> None:
    url = at("revoke", credential.pk)
    assert "at once and for ever" in words(admin.get(url))
    done = admin.post(url, {"reason": WHY, "public_reason": "request"}, follow=True)
    assert done.redirect_chain == [(at("detail", credential.pk), 302)]
    assert "The certificate is revoked" in words(done)
    assert "the holder asked for it" in words(done)
    again = admin.post(url, {"reason": WHY, "public_reason": "data"}, follow=True)
    assert "revoked or replaced before. Nothing was changed." in words(again)
    assert "nothing left to revoke" in words(admin.get(url))
    credential.refresh_from_db()
    assert credential.reason == "request"
    assert AuditEntry.objects.count() == 1


REFUSED = [
    ({"reason": ""}, "field is required"),
    ({"reason": "   too   "}, "at least 10"),
    ({"reason": "          .          "}, "10 to 500 characters"),
    ({"reason": "1234567890"}, "10 to 500 characters"),
    ({"reason": "x" * 501}, "at most 500"),
]


@pytest.mark.parametrize(
    ("bad", "says"), [*REFUSED, ({"public_reason": ""}, "Choose what"), ({"public_reason": "her illness"}, "Select a valid")]
)
def test_a_bad_form_revokes_nothing_and_keeps_what_was_typed(admin: Client, credential: Credential, bad: dict[str, str], says: str) -> None:
    before = everything()
    response = admin.post(at("revoke", credential.pk), {"reason": WHY, "public_reason": "data", **bad})
    assert response.status_code == 422
    assert says in words(response)
    assert everything() == before
    if "public_reason" in bad:
        assert WHY in words(response)


# Replace


@pytest.mark.parametrize(("bad", "says"), [
    *REFUSED, ({"printed_name": ""}, "field is required"), ({"printed_name": "Ñandú Pérez"}, "bears already"),
    ({"printed_name": "🦜🦜🦜"}, "with letters"), ({"printed_name": "Ana 🦜"}, "No font of this site has these characters: 🦜"),
    ({"printed_name": "Ana\u202eNúñez"}, "invisible characters"), ({"printed_name": "Ñ" * 121}, "at most 120"),
])  # fmt: skip
@pytest.mark.parametrize("action", ["preview", "replace"])
def test_a_bad_form_replaces_nothing(admin: Client, credential: Credential, bad: dict[str, str], says: str, action: str) -> None:
    before = everything()
    response = admin.post(at("replace", credential.pk), {"reason": WHY, "printed_name": "Ana Núñez", "action": action, **bad})
    assert response.status_code == 422
    assert says in words(response)
    assert everything() == before


@pytest.mark.database
def test_the_new_one_is_seen_before_it_is_made(admin: Client, credential: Credential, officer: User) -> None:
    url, before = at("replace", credential.pk), everything()
    assert "data:image/png" not in admin.get(url).content.decode()
    for sent in ({"action": "preview"}, {}):
        seen = admin.post(url, {"reason": WHY, "printed_name": "  Ana  Nu\u0301n\u0303ez ", **sent})
        assert seen.status_code == 200
        assert "data:image/png;base64,iVBOR" in seen.content.decode()
        assert "with the name “Ana Núñez”" in words(seen)
        assert "The name in the holder’s account changes" in words(seen)
    assert everything() == before
    done = admin.post(url, {"reason": WHY, "printed_name": "Ana Núñez", "action": "replace"}, follow=True)
    new = Credential.objects.live().get()
    assert done.redirect_chain == [(at("detail", new.pk), 302)]
    assert "The certificate is replaced" in words(done)
    assert AuditEntry.objects.get().actor_id == officer.pk
    again = admin.post(url, {"reason": WHY, "printed_name": "Eva Sol", "action": "replace"}, follow=True)
    assert "Nothing was changed" in words(again)
    assert "nothing left to replace" in words(admin.get(url))
    assert Credential.objects.count() == 2


@pytest.mark.database
def test_nobody_acts_on_their_own(admin: Client, officer: User) -> None:
    enrolment = finish_course(make_course(lessons=1, assessments=0), officer)
    credential, other = Credential.objects.get(), enrol_in(make_course(lessons=2, assessments=0), officer)
    before = everything()
    for url, sent in (
        (at("revoke", credential.pk), {"public_reason": "data"}),
        (at("replace", credential.pk), {"printed_name": "Ana Núñez", "action": "replace"}),
        (at("issue", other.pk), {"override": "on"}),
    ):
        page = admin.get(url)
        assert "your own" in words(page)
        assert "<textarea" not in page.content.decode()
        assert "your own record" in words(admin.post(url, {"reason": WHY, **sent}, follow=True))
    assert everything() == before
    assert enrolment.learner == officer
    assert at("revoke", credential.pk) not in admin.get(at("detail", credential.pk)).content.decode()


@pytest.mark.database
def test_the_holder_hears_of_it(admin: Client, credential: Credential, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(at("revoke", credential.pk), {"reason": WHY, "public_reason": "data"})
    assert [message.to for message in mail.outbox] == [["holder@example.org"]]


# The audit trail


@pytest.fixture
def trail(officer: User, credential: Credential, unfinished: Enrolment) -> list[AuditEntry]:
    helper = staff(email="helper@example.org")
    issue_by_hand(actor=helper, enrolment_id=unfinished.pk, reason="They asked on paper.", override=True)
    revoke_credential(actor=officer, credential_id=credential.pk, reason="It was <b>wrong</b> all along.", public_reason="data")
    return list(AuditEntry.objects.order_by("pk"))


def rows(page: Any) -> str:
    found = re.search(r"<tbody>.*</tbody>", page.content.decode(), flags=re.DOTALL)
    return found[0] if found else ""


@pytest.mark.database
def test_the_trail_says_who_did_what_and_why_the_newest_first(admin: Client, trail: list[AuditEntry], credential: Credential) -> None:
    page = admin.get(at("audit"))
    body = rows(page)
    assert body.index("officer@example.org") < body.index("helper@example.org")
    assert at("detail", credential.pk) in body
    assert "issued a certificate although the course is not finished" in body
    assert "They asked on paper." in body
    assert "<b>wrong</b>" not in body


@pytest.mark.database
@pytest.mark.parametrize(("query", "found", "not_found"), [
    ({"action": "revoked"}, "officer@", "helper@"),
    ({"action": "overridden"}, "helper@", "officer@"),
    ({"actor": "helper"}, "helper@", "officer@"),
    ({"at_from": "2001-01-01", "at_to": "2001-12-31"}, "", "@example.org"),
    ({"at_from": "not a day"}, "", "@example.org"),
    ({"actor": "987654321"}, "", "@example.org"),
    ({"action": "nonsense"}, "", "@example.org"),
])  # fmt: skip
def test_the_trail_is_filtered(admin: Client, trail: list[AuditEntry], query: dict[str, str], found: str, not_found: str) -> None:
    if query.get("actor") == "helper":
        query = {"actor": str(trail[0].actor_id)}
    for name in ("audit", "audit_results"):
        page = admin.get(at(name), query)
        assert page.status_code == 200
        assert found in rows(page)
        assert not_found not in rows(page)


@pytest.mark.database
def test_the_trail_is_paged_and_costs_the_same(admin: Client, trail: list[AuditEntry]) -> None:
    admin.get(at("audit"))
    with CaptureQueriesContext(connection) as few:
        admin.get(at("audit"))
    AuditEntry.objects.bulk_create(
        AuditEntry(actor_id=10_000 + number, action="opened", subject_kind="enrolment", subject_key="1", reason=f"Reason {number}")
        for number in range(60)
    )
    with CaptureQueriesContext(connection) as many:
        page = admin.get(at("audit"))
    assert len(many) <= len(few)
    assert rows(page).count("<tr") == 50
    assert "a former member of staff" in rows(page)
    assert "They asked on paper." not in rows(page)
    assert "They asked on paper." in rows(admin.get(at("audit"), {"p": "2"}))


@pytest.mark.database
def test_nothing_in_the_trail_can_be_written_or_taken_out_as_a_file(admin: Client, trail: list[AuditEntry]) -> None:
    assert admin.post(at("audit")).status_code == 405
    page = admin.get(at("audit"), {"export": "csv"})
    assert page["Content-Type"].startswith("text/html")


# Menu


def test_everything_about_certificates_is_in_one_group(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"))
    home = client.get("/admin/").content.decode()
    for url in (reverse("record_certificates:index"), reverse("credential_holds:index"), at("audit")):
        assert home.count(f'"{url}"') == 1, url
    client.force_login(staff())
    home = client.get("/admin/").content.decode()
    assert at("audit") not in home
    assert reverse("credential_holds:index") not in home


@pytest.mark.database
def test_a_certificate_without_an_enrolment_has_its_page_too(admin: Client) -> None:
    page = admin.get(at("detail", make_credential(demo=True, honours=True, grade=None).pk))
    assert page.status_code == 200


@pytest.mark.database
def test_who_ever_did_something_is_found_without_reading_the_trail(admin: Client, trail: list[AuditEntry]) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(actor_id=10_000 + number % 7, action="opened", subject_kind="enrolment", subject_key="1", reason="Asked.")
        for number in range(3000)
    )
    with CaptureQueriesContext(connection) as queries:
        page = admin.get(at("audit"))
    assert page.content.decode().count("a former member of staff (") == 7
    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"]]
    assert len(queries) <= 25
    scans = "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'accounts_auditentry'"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # EXPLAIN leaves out the inner step: count what is really read.
            cursor.execute("ANALYZE accounts_auditentry")
            cursor.execute(scans)
            before = cursor.fetchone()
            cursor.execute(ACTORS)
            cursor.execute(scans)
            after = cursor.fetchone()
            assert after[0] == before[0]
            # One for each person, and the planner's own look at the ends of the index.
            assert 1 + 1 + 7 <= after[1] - before[1] <= 12
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + ACTORS)
            assert str(cursor.fetchall()).count("auditentry_actor") == 2
