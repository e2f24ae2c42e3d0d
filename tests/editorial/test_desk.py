"""The first page of the admin, the guides, and the language in which all of it is shown."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import Task, Workflow
from wagtail.users.models import UserProfile

from accounts.roles import BY_KEY, ROLES
from accounts.services.make_roles import make_roles
from editorial import accessibility_checks, todo
from editorial.guides import GUIDES, path_of, render
from editorial.middleware import admin_language
from editorial.services.ensure_workflow import ensure_workflow
from editorial.todo import Item
from tests.bare_site import take_roles_out
from tests.editorial.desk import Tab, fresh, make_draft, person, signed_in
from tests.registries import as_before

pytestmark = pytest.mark.django_db
LOCALE = Path(__file__).parent.parent.parent / "locale"
LANGUAGES = ("es", "en")
PAGES = [(language, role.key) for language in LANGUAGES for role in ROLES]


def keys(user: Any) -> dict[str, int]:
    return {item.key: item.count for item in todo.items_for(user)}


def test_what_waits_for_whom() -> None:
    author, reviewer, editor = person("author"), person("reviewer"), person("editor")
    everyone = (author, reviewer, editor)
    assert [keys(user) for user in everyone] == [{}, {}, {}]
    page, other = make_draft(author), make_draft(author)
    for draft in (page, other):
        Tab(author, draft).submit()
    assert [keys(user) for user in everyone] == [{}, {"review": 2}, {}]
    Tab(reviewer, page).take("approve")
    Tab(reviewer, other).take("reject", comment="No.")
    assert [keys(user) for user in everyone] == [{"sent_back": 1}, {}, {"publish": 1}]
    Tab(editor, page).take("schedule", publish_at="2031-01-01T00:00")
    assert [keys(user) for user in everyone] == [{"sent_back": 1}, {}, {"scheduled": 1}]


def test_one_leads_to_the_page_and_many_to_the_list() -> None:
    author, reviewer = person("author"), person("reviewer")
    first = make_draft(author, title="El primero")
    Tab(author, first).submit()
    html = signed_in(reviewer).get("/admin/").content.decode()
    assert f'href="/admin/pages/{first.pk}/edit/"' in html
    assert "Texts to review: 1" in html
    Tab(author, make_draft(author, title="El segundo")).submit()
    assert "/admin/waiting/#review" in signed_in(reviewer).get("/admin/").content.decode()
    html = signed_in(reviewer).get("/admin/waiting/").content.decode()
    assert html.index("El primero") < html.index("El segundo"), "what has waited longest first"


@pytest.mark.parametrize("role", [*BY_KEY, ""])
def test_when_nothing_waits_it_says_what_one_can_do(role: str) -> None:
    user = person(*([role] if role else []), is_superuser=not role)
    html = signed_in(user).get("/admin/").content.decode()
    assert "Nothing waits for you." in html
    assert f"/admin/guide/{role or 'site_administrator'}/" in html
    assert "objects-in-workflow" not in html


def test_a_tab_that_is_not_drawn_sends_what_the_drawn_form_sends() -> None:
    tab = Tab(person("author"), make_draft(person("author")))
    for _version in range(2):
        taken = dict(tab.loaded)
        assert tab.open().status_code == 200
        assert tab.loaded == taken
        assert len(taken) == 2
        tab.save(title="Otro título")
        assert tab.loaded == taken, "what a tab has loaded stays, until it is loaded again"
        tab.load()
        assert tab.loaded != taken


def test_drafts_say_where_they_are() -> None:
    author = person("author")
    make_draft(author, title="En el cajón")
    page = make_draft(author, title="En revisión")
    Tab(author, page).submit()
    html = signed_in(author).get("/admin/").content.decode()
    assert "Your drafts" in html
    rows = dict(re.findall(r'<td class="title"><a [^>]*>([^<]*)</a></td>\s*<td>[^<]*</td>\s*<td>([^<]*)</td>', html))
    assert rows == {"En el cajón": "draft", "En revisión": "in review"}


@pytest.mark.parametrize("role", list(BY_KEY))
def test_the_first_page_asks_under_25_questions(role: str) -> None:
    author = person("author")
    user = person(role)
    for number in range(6):
        page = make_draft(author)
        Tab(author, page).submit()
        if number % 2:
            Tab(person("reviewer"), page).take("approve")
    client = signed_in(user)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/admin/").status_code == 200
    assert len(asked) < 25, [query["sql"][:120] for query in asked.captured_queries]


def test_other_apps_register_what_waits() -> None:
    now = timezone.now()
    late = [Item("late", "Late", 1, "/late/", now), Item("none", "None", 0, "/none/")]
    early = [Item("early", "Early", 2, "/early/", now - timedelta(days=1)), Item("open", "Open", 1, "/open/")]
    with as_before(todo.SOURCES):
        for source in list(todo.SOURCES):
            todo.SOURCES.remove(source.name)
        todo.SOURCES.register(todo.Source(name="late", items_for=lambda user: late))
        todo.SOURCES.register(todo.Source(name="early", items_for=lambda user: early))
        assert [item.key for item in todo.items_for(person("author"))] == ["early", "late", "open"]
        todo.SOURCES.remove("late")
        assert [item.key for item in todo.items_for(person("author"))] == ["early", "open"]


# The language of the admin.


@pytest.mark.parametrize(
    ("own", "of_admin", "accepted", "shown"),
    [
        ("", "", "fr", "fr"),
        ("es", "", "fr", "es"),
        ("pt", "", "en", "pt-br"),
        ("es", "en", "fr", "en"),
        ("", "", "de", "es"),
    ],
)
def test_the_admin_speaks_the_language_of_its_reader(own: str, of_admin: str, accepted: str, shown: str) -> None:
    user = person("author", language=own)
    if of_admin:
        profile = UserProfile.get_for_user(user)
        profile.preferred_language = of_admin
        profile.save()
    html = signed_in(user, accepted).get("/admin/").content.decode()
    assert re.search(r'<html[^>]*\blang="([^"]+)"', html)[1] == shown  # type: ignore[index]


def test_an_unknown_language_is_shown_in_the_first() -> None:
    assert admin_language("xx") == "es"
    assert admin_language("pt-pt") == "pt-pt"


# Checks.


def test_links_that_say_nothing_are_named() -> None:
    author = person("author")
    text = '<p>Lee el informe <a href="https://example.org/a">Aquí</a> o el <a href="https://example.org/b">informe sobre remesas</a>.</p>'
    page = make_draft(author, body=json.dumps([{"type": "rich_text", "value": text}]))
    assert accessibility_checks.vague_links(page) == ["Aquí"]
    assert "Links that say nothing of where they lead: “Aquí”." in Tab(author, page).says()
    assert accessibility_checks.vague_links(make_draft(author)) == []


def test_the_checks_panel_has_our_rules_and_a_preview_can_be_checked() -> None:
    """Wagtail's checks run inside the preview, by its userbar: without one they find nothing, ever."""
    author = person("author")
    page = make_draft(author)
    tab = Tab(author, page)
    tab.open()
    assert '"image-alt"' in tab.html
    preview = tab.client.get(f"/admin/pages/{page.pk}/view_draft/").content.decode()
    assert "<wagtail-userbar" in preview
    page.save_revision().publish()
    assert "wagtail-userbar" not in tab.client.get(fresh(page).url).content.decode()


# The guides.


@pytest.mark.parametrize(("language", "role"), PAGES)
def test_there_is_a_guide_for_each_role(language: str, role: str) -> None:
    text = (GUIDES / language / f"{role}.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.count("\n# ") == 0
    assert 100 < len(text.split()) < 500, "one page"


def test_there_is_no_guide_without_a_role() -> None:
    assert {path.stem for path in GUIDES.rglob("*.md")} == set(BY_KEY)


def labels(language: str, role: str) -> list[str]:
    """The names of buttons and menu entries in a guide: what is bold and stands for itself, without a full stop."""
    text = (GUIDES / language / f"{role}.md").read_text(encoding="utf-8")
    return [label for label in re.findall(r"\*\*([^*]+)\*\*", text) if not label.endswith(".")]


def known_texts(language: str) -> set[str]:
    """Every text that the admin can show in a language: ours and those of the packages."""
    import wagtail
    import wagtail_localize

    texts: set[str] = set()
    for package in (Path(wagtail.__file__).parent, Path(wagtail_localize.__file__).parent):
        for path in package.rglob("locale/es/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                texts |= _texts(read_mo(file), language)
    with (LOCALE / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        texts |= _texts(read_po(file), language)
    return {text.strip().casefold() for text in texts}


def _texts(catalog: Any, language: str) -> set[str]:
    strings = (message.string if language == "es" else message.id for message in catalog if message.id)
    return {form for string in strings for form in ([string] if isinstance(string, str) else string)}


# Wagtail shows these without a translation, or puts them together.
UNTRANSLATED = {"checks", "workflow tasks"}


@pytest.mark.parametrize(("language", "role"), PAGES)
def test_guides_name_only_what_there_is(language: str, role: str) -> None:
    known = known_texts(language) | UNTRANSLATED
    if "enviar a revisión" not in known_texts("es"):
        pytest.skip("the texts of the review are not in locale/ yet")
    assert [label for label in labels(language, role) if label.casefold() not in known] == []


def test_the_guide_shows_my_own_role_first_in_my_language() -> None:
    user = person("editor", language="es")
    client = signed_in(user)
    html = client.get("/admin/guide/").content.decode()
    assert "<h1>Guía para la edición</h1>" in html
    assert html.index("Edición</strong>") < html.index(">Autoría</a>")
    assert "<h1>Guía para el soporte</h1>" in client.get("/admin/guide/support/").content.decode()
    for language, word in (("en", "Guide for editors"), ("pt", "Guía para la edición"), ("fr", "Guía para la edición")):
        user.language = language
        user.save()
        assert word in client.get("/admin/guide/").content.decode()
    assert client.get("/admin/guide/pope/").status_code == 404
    assert '"/admin/guide/"' in client.get("/admin/").content.decode()


def test_the_guide_is_for_staff() -> None:
    assert signed_in(person()).get("/admin/guide/").status_code == 302
    for key in BY_KEY:
        assert signed_in(person(key)).get("/admin/guide/").status_code == 200


def test_a_guide_can_hold_no_markup() -> None:
    assert "<script" not in render("# A\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    assert 'href="javascript' not in render("[x](javascript:alert(1))")
    assert path_of("editor", "pt-br") == GUIDES / "es" / "editor.md"
    assert path_of("../../README", "es") is None


def test_the_names_of_steps_and_groups_are_in_the_sites_first_language() -> None:
    """Whoever makes them, and in which language."""
    take_roles_out()
    for model in (Workflow, Task):
        model.objects.all().delete()
    with translation.override("fr"):
        make_roles()
        ensure_workflow()
    assert set(Task.objects.filter(active=True).values_list("name", flat=True)) >= {"Revisión", "Publicación"}
    assert Workflow.objects.filter(name="Revisar y publicar").exists()
    assert Group.objects.filter(name="Revisión").exists()
    assert fresh(make_draft(person("author"))).get_workflow().name == "Revisar y publicar"
