"""Demo content goes in once and comes out again, and neither touches what people made of it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.plugin import DjangoDbBlocker
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.models import Locale, Page, PageLogEntry, Revision

from accounts import demo as accounts_demo
from accounts.models import AuditEntry, User
from core import demo as core_demo
from core.seeding import demo_key, demo_modules
from courses import demo as courses_demo
from courses.models import CoursePage, LessonPage, ModulePage, Outline, StepSlot, StepWaiver
from credentials import demo as credentials_demo
from credentials.models import Credential, CredentialFile, CredentialHolder
from knowledge import demo as knowledge_demo
from learning.models import Attempt, Enrolment, Progressed
from learning.services.complete_covered import complete_covered
from learning.services.enrol import enrol
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("seeding")]

COUNTED = (
    Page, Revision, PageLogEntry, User, EmailAddress, Outline, StepSlot, StepWaiver, Enrolment, Attempt, Progressed, Credential,
    CredentialHolder,
)  # fmt: skip


@pytest.fixture(scope="module")
def _seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, seeded once for all tests of this module, and taken back after them; each takes back its own changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_seeded: None, db: None) -> None:
    """A site with the demo in it."""


def seed() -> list[str]:
    """As the demo seeds: what it certifies says that it is a demonstration, and only such certificates can be taken out."""
    said: list[str] = []
    with override_settings(DEMO=True):
        for module in demo_modules():
            module.seed(said.append)
    return said


def remove(*only: ModuleType) -> list[str]:
    said: list[str] = []
    for module in only or reversed(demo_modules()):
        module.remove(said.append)
    return said


def figures() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


def course(language: str = "es", name: str = courses_demo.FOUNDATIONS) -> CoursePage:
    return CoursePage.objects.get(translation_key=courses_demo.course_key(name), locale__language_code=language)


def lessons(language: str = "es") -> list[LessonPage]:
    return list(LessonPage.objects.descendant_of(course(language)).order_by("path"))


def rows() -> list[dict[str, Any]]:
    return list(Page.objects.order_by("pk").values())


def edit(page: Page, editor: User, title: str = "As we say it here") -> None:
    page.title = title
    page.save_revision(user=editor, log_action=True).publish(user=editor)


def translate(page: Page, editor: User, language: str = "pt") -> Page:
    """As Wagtail translates: the copy has the key of its source."""
    locale = Locale.objects.get(language_code=language)
    copy: Page = CopyPageForTranslationAction(page, locale, copy_parents=True, user=editor).execute()
    copy.save_revision(user=editor, log_action=True).publish(user=editor)
    return copy


def title_of_about() -> str:
    return Page.objects.get(translation_key=demo_key("page", "about"), locale__language_code="es").title


def still_there(page: Page) -> bool:
    return Page.objects.filter(pk=page.pk).exists()


# Putting it in


def test_a_second_seed_makes_nothing(demo: None) -> None:
    before, pages = figures(), rows()
    assert before["Credential"] == 4
    seed()
    assert figures() == before
    assert rows() == pages


def test_a_second_seed_leaves_what_people_did_to_demo_pages(demo: None) -> None:
    editor = make_user(is_superuser=True)
    edited, moved, unpublished = lessons()[:3]
    edit(edited, editor)
    moved.move(ModulePage.objects.descendant_of(course("es", courses_demo.FIRST_ACCOUNT)).first(), pos="last-child", user=editor)
    unpublished.unpublish(user=editor)
    translate(course(), editor)
    before, pages = figures(), rows()
    seed()
    assert figures() == before
    assert rows() == pages


# Taking it out


def test_what_nobody_touched_goes_and_can_come_back(demo: None) -> None:
    """Others learn in it, too: their record stays, and they do not finish for what is away, or not back yet."""
    key = courses_demo.course_key(courses_demo.FOUNDATIONS)
    other = enrol(learner=make_user(), course_key=key, language="es")
    before, about = figures(), title_of_about()
    remove()
    assert not CoursePage.objects.exists()
    assert not Page.objects.filter(translation_key__in=[demo_key("page", "about"), courses_demo.course_key("foundations")]).exists()
    assert not Page.objects.filter(slug__in=knowledge_demo.slugs()).exists()
    assert not User.objects.filter(email__in=[account.email for account in accounts_demo.ACCOUNTS]).exists()
    assert not Credential.objects.exists()
    assert list(Enrolment.objects.all()) == [other]
    seed()
    complete_covered(course_key=key)
    other.refresh_from_db()
    assert other.completed_at is None
    assert not StepWaiver.objects.exists()
    after = figures()
    for model in ("Page", "Revision", "User", "Outline", "StepSlot", "Enrolment", "Attempt", "Credential", "StepWaiver"):
        assert after[model] == before[model], model
    assert title_of_about() == about
    assert course().live
    assert all(lesson.live for lesson in lessons())


def test_the_translation_of_an_editor_stays(demo: None) -> None:
    editor = make_user(is_superuser=True)
    portuguese = [translate(page, editor) for page in (course().specific, *[page.specific for page in course().get_descendants()])]
    said = remove(courses_demo)
    assert all(still_there(page) for page in portuguese)
    assert set(CoursePage.objects.values_list("locale__language_code", flat=True)) == {"pt"}
    assert not {f"removed: pt  {page.title}" for page in portuguese} & set(said)


def test_a_translation_of_an_editor_in_a_language_of_the_demo_stays(demo: None) -> None:
    """Someone took the English course out and made another: the same key, the same language, but not the seed's."""
    editor = make_user(is_superuser=True)
    course("en", courses_demo.FIRST_ACCOUNT).delete(user=editor)
    own = translate(course("es", courses_demo.FIRST_ACCOUNT), editor, "en")
    said = remove(courses_demo)
    assert still_there(own)
    assert any(line.startswith("kept") and own.title in line for line in said)


@pytest.mark.parametrize("act", ["edit", "draft", "unpublish", "move", "add"])
def test_a_course_that_people_changed_stays_whole_in_that_language(demo: None, act: str) -> None:
    """Whole: half a course is no use to those who changed it, and its missing steps would be waived for everyone."""
    editor = make_user(is_superuser=True)
    page = lessons()[4]
    if act == "edit":
        edit(page, editor)
    elif act == "draft":
        page.save_revision(user=editor, log_action=True)
    elif act == "unpublish":
        page.unpublish(user=editor)
    elif act == "move":
        page.move(ModulePage.objects.descendant_of(course()).first(), pos="first-child", user=editor)
    else:
        page = LessonPage(title="Our own", slug="our-own", minutes=5, locale=page.locale)
        ModulePage.objects.descendant_of(course()).first().add_child(instance=page)
    spanish, english = course(), course("en")
    before = spanish.get_descendants().count()
    said = remove(courses_demo)
    assert still_there(spanish)
    assert spanish.get_descendants().count() == before
    assert not still_there(english)
    assert any(line.startswith("kept") and page.title in line for line in said), said
    assert not CoursePage.objects.filter(translation_key=courses_demo.course_key(courses_demo.FIRST_ACCOUNT)).exists()


def test_what_an_editor_did_counts_after_the_editor_is_gone(demo: None) -> None:
    editor = make_user(is_superuser=True)
    page = Page.objects.get(translation_key=demo_key("page", "help"), locale__language_code="es").specific
    edit(page, editor)
    editor.delete()
    remove(core_demo)
    assert still_there(page)


def test_certificates_of_the_demo_go_with_their_files(
    demo: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    credential = Credential.objects.get(holder__learner__email=accounts_demo.GRADUATE.email)
    path = default_storage.save("certificates/demo.pdf", ContentFile(b"%PDF"))
    CredentialFile.objects.create(credential=credential, language="es", sha256="0" * 64, path=path)
    with django_capture_on_commit_callbacks(execute=True):
        remove(credentials_demo)
    assert not Credential.objects.exists()
    assert not default_storage.exists(path)


def test_the_demo_has_certificates_in_every_state(demo: None, client: Client) -> None:
    seen = []
    for credential in Credential.objects.order_by("issued_at"):
        body = client.get(f"/credentials/{credential.pk}/?lang=en").content.decode()
        assert "attests nothing" in body
        seen += [state for state in ("is valid", "was replaced", "was revoked") if f"This certificate {state}</h1>" in body]
    assert sorted(seen) == ["is valid", "is valid", "was replaced", "was revoked"]
    actor = User.objects.get(email="certificates@puente.example")
    assert set(AuditEntry.objects.values_list("action", "actor_id")) == {
        (action, actor.pk) for action in ("overridden", "revoked", "replaced")
    }


def test_the_audit_trail_of_the_demo_stays_and_names_nobody(demo: None) -> None:
    before = list(AuditEntry.objects.values())
    remove()
    assert list(AuditEntry.objects.values()) == before
    assert "@" not in repr(before)
