"""The bare site: a locale for each language, a home page in each, and every registered section below it. Safe to run again."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from core.models import HomePage
from core.sections import SECTIONS, Section
from core.site_texts import site_texts


@transaction.atomic
def ensure_site() -> HomePage:
    """Make what is missing of locales, home pages, sections and the site itself; touch nothing that exists but its address.

    Returns:
        The home page of the default language, the root of the site.
    """
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code, _label in settings.LANGUAGES}
    home = HomePage.objects.filter(locale=locales[settings.LANGUAGE_CODE]).first() or _first_home(locales[settings.LANGUAGE_CODE])
    for locale in locales.values():
        translated = _translated(home, locale)
        for section in SECTIONS:
            _ensure_section(section, home, translated, locale)
    _ensure_root(home)
    return home


def _first_home(locale: Locale) -> HomePage:
    root = Page.get_first_root_node()
    if root is None:
        raise RuntimeError("The page tree has no root: run `manage.py migrate` first.")
    text = site_texts(locale.language_code)["home"]
    taken = root.get_children().filter(slug="home").exists()
    home = HomePage(title=text["title"], lead=text["lead"], slug="puente" if taken else "home", locale=locale)
    root.add_child(instance=home)
    home.save_revision().publish()
    return home


def _translated(home: HomePage, locale: Locale) -> HomePage:
    """Return the home page of a locale; make it from the default one if it is missing."""
    if home.locale_id == locale.pk:
        return home
    existing = home.get_translation_or_none(locale)
    if existing is not None:
        found: HomePage = existing.specific
        return found
    copy: HomePage = home.copy_for_translation(locale)
    text = site_texts(locale.language_code)["home"]
    copy.title, copy.lead, copy.slug = text["title"], text["lead"], f"{home.slug}-{locale.language_code}"
    copy.save_revision().publish()
    return copy


def _ensure_section(section: Section, home: HomePage, translated_home: HomePage, locale: Locale) -> None:
    source = section.page_class.objects.child_of(home).first()
    if source is None:
        source = section.page_class(title=section.title(settings.LANGUAGE_CODE), slug=section.name, locale=home.locale)
        home.add_child(instance=source)
        source.save_revision().publish()
    if translated_home.pk == home.pk or source.has_translation(locale):
        return
    copy = source.copy_for_translation(locale)
    copy.title, copy.slug = section.title(locale.language_code), section.name
    copy.save_revision().publish()


def _ensure_root(home: HomePage) -> None:
    """Point the default site at the home page, unless someone has already chosen another of ours, and at SITE_URL."""
    hostname, port = _address()
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(hostname=hostname, port=port, root_page=home, is_default_site=True, site_name="Puente")
        return
    old_root = site.root_page
    is_new = old_root.specific_class is not HomePage
    if is_new:
        site.root_page, site.site_name = home, "Puente"
    # Canonical addresses and the sitemap are built from this row.
    has_moved = (site.hostname, site.port) != (hostname, port)
    if has_moved and not Site.objects.filter(hostname=hostname, port=port).exists():
        site.hostname, site.port = hostname, port
    if is_new or has_moved:
        site.save()
    # Wagtail's own first migration makes a "Welcome" page; nobody wrote it.
    if is_new and old_root.specific_class is Page and old_root.numchild == 0 and old_root.first_published_at is None:
        old_root.delete()


def _address() -> tuple[str, int]:
    """Return host and port of SITE_URL."""
    address = urlsplit(settings.SITE_URL)
    return address.hostname or "localhost", address.port or (443 if address.scheme == "https" else 80)
