"""The bare site: no dead link in its footer, in any language, and an address that follows the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from wagtail.models import Site

from core import demo
from core.demo import CONTENT
from core.models import HomePage, StandardPage
from core.plain_pages import SLUGS, ensure_plain_pages
from core.site import ensure_site

pytestmark = pytest.mark.django_db
LANGUAGES = ("es", "pt", "fr", "en")


@pytest.fixture
def home(db: None) -> HomePage:
    return ensure_site()


def ignore(line: str) -> None:
    """Take a line of a report."""


def footer_links(client: Client, language: str) -> list[str]:
    html = client.get(f"/{language}/").content.decode()
    return re.findall(r'href="(/[^"#?]*)', html[html.index("<footer") :])


def dead_links(client: Client) -> list[str]:
    links = {link for language in LANGUAGES for link in footer_links(client, language)}
    assert len(links) >= len(SLUGS) * len(LANGUAGES)
    return sorted(link for link in links if client.get(link).status_code != 200)


def plain(language: str, slug: str) -> StandardPage:
    return StandardPage.objects.get(locale__language_code=language, slug=slug)


def test_a_fresh_site_has_no_dead_link(client: Client) -> None:
    call_command("setup_site", verbosity=0)
    assert dead_links(client) == []
    for language in LANGUAGES:
        for slug in SLUGS:
            page = plain(language, slug)
            assert page.lead
            assert page.body
            assert page.locale.language_code == page.get_parent().locale.language_code == language


def test_plain_pages_link_their_languages(client: Client, home: HomePage) -> None:
    ensure_plain_pages(home)
    html = client.get("/es/privacy/").content.decode()
    for language in LANGUAGES:
        assert re.search(rf'hreflang="{language}" href="[^"]*/{language}/privacy/"', html)


def test_setting_up_again_touches_nothing(home: HomePage) -> None:
    ensure_plain_pages(home)
    page = plain("es", "privacy")
    page.title = "Lo que guardamos"
    page.save_revision().publish()
    plain("fr", "help").unpublish()
    before = StandardPage.objects.count()
    ensure_plain_pages(home)
    assert StandardPage.objects.count() == before
    assert plain("es", "privacy").title == "Lo que guardamos"
    assert not plain("fr", "help").live


def test_the_demo_has_its_own_texts_and_short_ones_where_it_has_none(client: Client) -> None:
    demo.seed(ignore)
    assert dead_links(client) == []
    assert plain("es", "help").translation_key == demo.demo_key("page", "help")
    assert "/demo/mail/" in str(plain("es", "help").body)
    assert "/demo/mail/" not in str(plain("pt", "help").body)
    # Whoever switches language on the help page stays on it.
    assert 'hreflang="pt" href="' in client.get("/es/help/").content.decode()


def test_the_demo_takes_the_place_of_untouched_short_pages_only(home: HomePage) -> None:
    ensure_plain_pages(home)
    mine = plain("es", "about")
    mine.lead = "Escrito por alguien."
    mine.save_revision().publish()
    demo.seed(ignore)
    assert plain("es", "about").lead == "Escrito por alguien."
    assert "/demo/mail/" in str(plain("es", "help").body)
    assert StandardPage.objects.count() == len(SLUGS) * len(LANGUAGES)


def test_without_the_demo_the_footer_still_works(client: Client) -> None:
    demo.seed(ignore)
    demo.remove(ignore)
    assert dead_links(client) == []
    assert not StandardPage.objects.filter(translation_key__in=[demo.demo_key("page", slug) for slug in SLUGS]).exists()
    demo.seed(ignore)
    assert "/demo/mail/" in str(plain("es", "help").body)
    assert dead_links(client) == []


def test_short_pages_speak_of_no_demo(home: HomePage) -> None:
    assert (CONTENT / "es" / "help.yaml").exists()
    ensure_plain_pages(home)
    for page in StandardPage.objects.all():
        assert "demo" not in f"{page.title} {page.lead} {page.body}".lower(), page


@pytest.fixture
def moved(home: HomePage, settings: Settings) -> Iterator[HomePage]:
    """The site after SITE_URL was changed and setup_site run again."""
    settings.SITE_URL = "https://puente.example"
    yield ensure_site()
    Site.clear_site_root_paths_cache()


def test_the_site_follows_its_address(moved: HomePage) -> None:
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port, site.root_url) == ("puente.example", 443, "https://puente.example")
    assert site.root_page_id == moved.pk


def test_canonical_hreflang_and_sitemap_have_the_same_base(client: Client, moved: HomePage) -> None:
    html = client.get("/es/").content.decode()
    assert '<link rel="canonical" href="https://puente.example/es/">' in html
    for language in LANGUAGES:
        assert f'hreflang="{language}" href="https://puente.example/{language}/">' in html
    assert "testserver" not in html
    assert "<loc>https://puente.example/es/</loc>" in client.get("/sitemap.xml").content.decode()


def test_another_site_with_that_address_is_left_alone(home: HomePage, settings: Settings) -> None:
    settings.SITE_URL = "https://puente.example"
    Site.objects.create(hostname="puente.example", port=443, root_page=home)
    ensure_site()
    assert Site.objects.count() == 2
