"""What is held about a person: all of it is declared, handed over, and erased."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry, Page, PageLogEntry, ReferenceIndex
from wagtail.users.models import UserProfile

from accounts import privacy
from accounts.models import User
from accounts.services.erase_account import LastAdministrator, erase_account
from accounts.services.export_account import export_account
from credentials.models import Credential, CredentialFile, CredentialHold, CredentialHolder
from learning.models import Attempt, Enrolment
from tests.accounts.door import ANA, member, sign_in, signed_in_as
from tests.factories import make_course, make_site
from tests.registries import entered

pytestmark = pytest.mark.django_db

OTHER = "other@example.org"


@pytest.mark.database
def test_every_model_with_a_path_to_the_user_is_declared() -> None:
    assert privacy.undeclared() == [], "declare these with accounts.privacy.declare(), in the ready() of their app"


@pytest.mark.database
def test_every_declaration_names_a_model_and_a_reason() -> None:
    labels = [declared.name for declared in privacy.DECLARATIONS]
    assert len(labels) == len(set(labels))
    for declared in privacy.DECLARATIONS:
        apps.get_model(declared.name)
        assert len(declared.reason) > 10


@pytest.mark.database
def test_the_walk_finds_what_it_should() -> None:
    found = {model._meta.label for model in privacy.personal_models()}
    assert {"accounts.User_groups", "learning.Attempt", "credentials.CredentialHolder", "account.EmailConfirmation"} <= found
    assert "wagtailcore.Revision" in found, "by generic key"
    assert "courses.CoursePage" not in found, "a page is not about its author"


def with_record(email: str) -> User:
    """Return someone with an enrolment, an attempt and a certificate with its file."""
    user = member(email, printed_name="Ana Núñez")
    course = make_course(lessons=2)
    enrolment = enrol_directly(user, course)
    Attempt.objects.create(enrolment=enrolment, step_key=course.key, number=1, paper={"secret": "KEY"}, answers={"q": ["a"]})
    credential = Credential.objects.create(subject_key=str(course.key), enrolment=enrolment, snapshot={"title": "A course"})
    CredentialHolder.objects.create(credential=credential, learner=user, printed_name="Ana Núñez", show_name=True)
    path = default_storage.save(f"certificates/{credential.pk}.pdf", ContentFile(b"%PDF Ana"))
    CredentialFile.objects.create(credential=credential, language="es", sha256="0" * 64, path=path)
    CredentialHold.objects.create(credential=credential, missing="ñ")
    return user


def enrol_directly(user: User, course: Any) -> Enrolment:
    """Enrol without the service: what is tested is what becomes of the row."""
    from courses.models import CourseRun, Outline

    run = CourseRun.objects.filter(course_key=course.key).first()
    outline = Outline.objects.filter(course_key=course.key).order_by("-version").first()
    return Enrolment.objects.create(learner=user, course_key=course.key, run=run, outline=outline, language="es", done_bits=0b01)


def traces_of(key: int) -> list[str]:
    """Return every model with a row that still points at a person, by any field that can."""
    left = []
    person = ContentType.objects.get_for_model(User)
    for model in apps.get_models(include_auto_created=True):
        fields = [field for field in model._meta.local_fields if field.is_relation and field.related_model is User]
        if any(model._default_manager.filter(**{f"{field.attname}": key}).exists() for field in fields):
            left.append(model._meta.label)
        names = {field.name for field in model._meta.local_fields}
        if {"content_type", "object_id"} <= names and model._default_manager.filter(content_type=person, object_id=str(key)).exists():
            left.append(f"{model._meta.label} (generic)")
    return left


def test_everything_is_erased_but_that_a_certificate_was_issued(django_capture_on_commit_callbacks: Any) -> None:
    ana, other = with_record(ANA), with_record(OTHER)
    client = Client()
    sign_in(client)
    certificate = Credential.objects.get(holder__learner=ana)
    path = CredentialFile.objects.get(credential=certificate).path
    home = make_site()
    Page.objects.filter(pk=home.pk).update(owner=ana, locked_by=ana)
    log(instance=home, action="wagtail.edit", user=ana)
    log(instance=ana, action="wagtail.edit", user=ana)
    log(instance=other, action="wagtail.edit", user=ana)
    ReferenceIndex.objects.update_or_create(
        base_content_type=ContentType.objects.get_for_model(Page),
        content_type=ContentType.objects.get_for_model(Page),
        object_id=str(home.pk),
        to_content_type=ContentType.objects.get_for_model(User),
        to_object_id=str(ana.pk),
        model_path="owner",
        content_path="owner",
        content_path_hash="0" * 32,
    )
    avatar = default_storage.save("avatar_images/ana.png", ContentFile(b"png"))
    UserProfile.objects.create(user=ana, avatar=avatar)
    session_key = UserSession.objects.get(user=ana).session_key
    mail.outbox.clear()
    key = ana.pk

    with django_capture_on_commit_callbacks(execute=True):
        erase_account(user=ana, now=timezone.now())

    assert traces_of(key) == []
    assert not User.objects.filter(pk=key).exists()
    assert not Session.objects.filter(session_key=session_key).exists()
    assert signed_in_as(client) is None
    assert not default_storage.exists(path)
    assert not default_storage.exists(avatar)
    certificate.refresh_from_db()
    assert (certificate.enrolment, certificate.revoked_at, certificate.snapshot) == (None, None, {"title": "A course"})
    assert not CredentialHolder.objects.filter(credential=certificate).exists()
    assert not CredentialFile.objects.filter(credential=certificate).exists()
    assert not CredentialHold.objects.filter(credential=certificate).exists()
    assert everything_that_names(ANA) == []
    assert PageLogEntry.objects.filter(action="wagtail.edit", page_id=home.pk, user=None).exists(), "what was done stays"
    assert ModelLogEntry.objects.filter(action="wagtail.edit", object_id=str(other.pk), user=None).exists()
    home.refresh_from_db()
    assert home.owner is None

    assert [message.to for message in mail.outbox] == [[ANA]]
    assert other.enrolments.count() == 1
    assert Attempt.objects.filter(enrolment__learner=other).count() == 1
    assert default_storage.exists(CredentialFile.objects.get(credential__holder__learner=other).path)


def everything_that_names(text: str) -> list[str]:
    """Return every model with a row that has this text in any of its columns."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            if any(text in str(value) for value in row.values()):
                found.append(model._meta.label)
                break
    return found


def test_a_file_that_two_certificates_share_stays(django_capture_on_commit_callbacks: Any) -> None:
    ana, other = with_record(ANA), with_record(OTHER)
    path = CredentialFile.objects.get(credential__holder__learner=other).path
    CredentialFile.objects.filter(credential__holder__learner=ana).update(path=path)
    with django_capture_on_commit_callbacks(execute=True):
        erase_account(user=ana, now=timezone.now())
    assert default_storage.exists(path)


@pytest.mark.database
def test_erasing_is_all_or_nothing() -> None:
    ana = with_record(ANA)
    client = Client()
    sign_in(client)

    def fail(user: User) -> None:
        raise RuntimeError

    failing = privacy.Declaration(name="auth.Group", reason="fails in this test", erase=fail)
    with entered(privacy.DECLARATIONS, failing), pytest.raises(RuntimeError):
        erase_account(user=ana, now=timezone.now())
    assert User.objects.filter(pk=ana.pk).exists()
    assert CredentialHolder.objects.filter(learner=ana).exists()
    assert CredentialFile.objects.count() == 1
    assert signed_in_as(client) == ana
    assert default_storage.exists(CredentialFile.objects.get().path)


def test_however_an_account_is_deleted_its_record_goes() -> None:
    with_record(ANA)
    User.objects.filter(email=ANA).delete()
    assert not CredentialHolder.objects.exists()
    assert Credential.objects.count() == 1


def test_the_admin_deletes_as_thoroughly(client: Client) -> None:
    ana = with_record(ANA)
    client.force_login(User.objects.create_superuser("root@example.org"))
    key = ana.pk
    assert client.get(f"/admin/users/delete/{key}/").status_code == 200
    assert client.post(f"/admin/users/delete/{key}/").status_code == 302
    assert traces_of(key) == []
    assert everything_that_names(ANA) == []
    assert everything_that_names("Núñez") == []


def test_the_only_administrator_stays(client: Client) -> None:
    root = member("root@example.org", is_staff=True, is_superuser=True)
    User.objects.create_superuser("gone@example.org", is_active=False)
    with pytest.raises(LastAdministrator):
        erase_account(user=root, now=timezone.now())
    sign_in(client, "root@example.org")
    refused = client.post("/accounts/delete/?lang=en", {"email": "root@example.org"})
    assert refused.status_code == 409
    assert "only administrator" in refused.content.decode()
    assert User.objects.filter(pk=root.pk).exists()
    member("second@example.org", is_staff=True, is_superuser=True)
    erase_account(user=root, now=timezone.now())
    assert not User.objects.filter(email="root@example.org").exists()


def test_the_export_has_everything_and_is_plain_json() -> None:
    ana = with_record(ANA)
    sign_in(Client(HTTP_USER_AGENT="Firefox/127.0"))
    exported = export_account(user=ana)
    text = json.dumps(exported)
    held = exported["held"]
    assert held["accounts.User"][0]["printed_name"] == "Ana Núñez"
    assert held["account.EmailAddress"] == [{"email": ANA, "verified": True, "primary": True}]
    assert held["usersessions.UserSession"][0]["user_agent"] == "Firefox/127.0"
    assert len(held["learning.Enrolment"][0]["steps_done"]) == 1
    assert held["learning.Attempt"][0]["answers"] == {"q": ["a"]}
    assert held["credentials.CredentialHolder"][0]["printed_name"] == "Ana Núñez"
    assert "KEY" not in text, "the key of an assessment is not about the person"
    assert "password" not in text
    assert OTHER not in text


def test_the_export_of_someone_new_is_empty_but_complete() -> None:
    held = export_account(user=member())["held"]
    assert held["learning.Enrolment"] == held["learning.Attempt"] == held["credentials.CredentialHolder"] == []


def test_download_my_data(client: Client) -> None:
    with_record(ANA)
    with_record(OTHER)
    sign_in(client)
    assert client.get("/accounts/data/").status_code == 200
    answer = client.post("/accounts/data/")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="puente-')
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert json.loads(answer.content)["held"]["accounts.User"][0]["email"] == ANA
    assert OTHER not in answer.content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_delete_my_account(client: Client, language: str, django_capture_on_commit_callbacks: Any) -> None:
    with_record(ANA)
    User.objects.update(language=language)
    sign_in(client)
    assert client.get("/accounts/delete/").status_code == 200
    for typed in ("", OTHER, "ana"):
        assert client.post("/accounts/delete/", {"email": typed}).status_code == 422
    assert User.objects.filter(email=ANA).exists()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/accounts/delete/", {"email": "ANA@example.org"})
    assert done["Location"] == "/accounts/deleted/"
    assert client.get(done["Location"]).status_code == 200
    assert not User.objects.exists()
    assert client.cookies["puente_signed_in"].value == ""
    assert client.get("/accounts/").status_code == 302
    assert mail.outbox[0].to == [ANA]
    assert mail.outbox[0].extra_headers["Content-Language"] == language
    assert everything_that_names(ANA) == []


def test_accounts_that_nobody_entered_are_removed(time_machine: Any) -> None:
    time_machine.move_to("2026-01-01 12:00Z", tick=False)
    Client().post("/accounts/signup/", {"email": "typo@example.org"})
    sign_in(Client(), at="/accounts/signup/")
    User.objects.create_user("made.in.admin@example.org")
    time_machine.move_to("2026-01-07 12:00Z", tick=False)
    Client().post("/accounts/signup/", {"email": "yesterday@example.org"})
    time_machine.move_to("2026-01-08 13:00Z", tick=False)
    call_command("remove_unconfirmed")
    assert sorted(User.objects.values_list("email", flat=True)) == [ANA, "made.in.admin@example.org", "yesterday@example.org"]


@pytest.mark.database
def test_rows_are_only_of_concrete_models() -> None:
    assert all(issubclass(model, Model) and not model._meta.proxy for model in privacy.personal_models())
