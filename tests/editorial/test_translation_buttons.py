"""The list of pages offers what wagtail-localize would offer beside each page, and asks the database as often for ten pages as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail import hooks
from wagtail.models import Locale, Page
from wagtail_localize import wagtail_hooks as localize
from wagtail_localize.models import Translation, TranslationSource

from accounts.models import User
from editorial import translation_buttons
from tests.editorial import desk

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def author() -> User:
    return desk.person("author")


def translate(page: Page, *languages: str, enabled: bool = True) -> None:
    """Hand a page to translators."""
    source, _created = TranslationSource.get_or_create_from_instance(page)
    for locale in Locale.objects.filter(language_code__in=languages):
        made = Translation.objects.create(source=source, target_locale=locale, enabled=enabled)
        made.save_target(publish=False)


def in_list(page: Page) -> Page:
    """Return a page as the explorer reads it."""
    found: Page = translation_buttons.with_translation_state(Page.objects.filter(pk=page.pk)).specific().get()
    assert hasattr(found, "lacks_language")
    return found


@pytest.mark.parametrize("is_listed", [True, False])
def test_each_page_has_the_buttons_that_localize_itself_would_show(author: User, is_listed: bool) -> None:
    untouched, some, all_of_them, stopped = (desk.make_draft(author, title) for title in ("Uno", "Dos", "Tres", "Cuatro"))
    translate(some, "en")
    translate(all_of_them, "en", "pt", "fr")
    translate(stopped, "en", enabled=False)
    alias = untouched.copy_for_translation(Locale.objects.get(language_code="en"), alias=True)
    english = some.get_translation(Locale.objects.get(language_code="en"))
    offered = {}
    with translation.override("en"):
        for page in (untouched, some, all_of_them, stopped, alias, english, Page.get_first_root_node()):
            shown = list(translation_buttons.buttons(in_list(page) if is_listed else page, author, next_url="/admin/pages/3/?p=2"))
            assert shown == list(localize.page_listing_more_buttons(page, author, next_url="/admin/pages/3/?p=2"))
            offered[page.pk] = [button.label for button in shown]
    assert offered[untouched.pk] == offered[alias.pk] == offered[stopped.pk] == offered[english.pk] == ["Translate this page"]
    assert offered[some.pk] == ["Translate this page", "Sync translated pages"]
    assert offered[all_of_them.pk] == ["Sync translated pages"]


def test_nothing_is_offered_to_who_may_not_hand_over_a_page(author: User) -> None:
    assert list(translation_buttons.buttons(desk.make_draft(author), desk.person("support"))) == []


@pytest.mark.parametrize("name", translation_buttons.HOOKS)
def test_they_stand_in_the_place_of_localizes_own(name: str) -> None:
    registered = hooks.get_hooks(name)
    assert registered.count(translation_buttons.buttons) == 1
    assert localize.page_listing_more_buttons not in registered


def test_the_list_asks_the_database_as_often_for_ten_pages_as_for_one(author: User) -> None:
    # Of an author without the right to publish Wagtail itself asks twice a draft, whether something live stands below it.
    client, address = desk.signed_in(desk.person("editor")), reverse("wagtailadmin_explore", args=[desk.library().pk])
    desk.make_draft(author)
    asked = []
    for _round in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            answer = client.get(address)
        asked.append(len(found))
        for number in range(9):
            translate(desk.make_draft(author, f"Borrador {number}"), "en")
    assert answer.content.count(b"Translate this page") == answer.content.count(b"More options for") == 10
    assert asked[1] == asked[0]
