"""Works for tests: a library in a language, and publications in it."""

from __future__ import annotations

import datetime
import itertools
from typing import Any, TypeVar

from wagtail.models import Locale

from knowledge.models import Contribution, Contributor, LibraryPage, PublicationCountry, PublicationPage, PublicationTopic, SeriesPage
from tests.factories import make_site

P = TypeVar("P", PublicationPage, SeriesPage)
_numbers = itertools.count(1)


def library_in(language: str = "es") -> LibraryPage:
    """The library of a language, on the bare site."""
    make_site()
    return LibraryPage.objects.get(locale__language_code=language)


def person(name: str = "María Pérez Gómez", **fields: Any) -> Contributor:
    """Somebody who writes, with a slug of their own."""
    contributor = Contributor(**{"name": name, "kind": Contributor.Kind.PERSON, **fields})
    contributor.full_clean()
    contributor.save()
    return contributor


def draft(library: LibraryPage, **fields: Any) -> PublicationPage:
    """A publication that nobody has published. `authors`, `countries` and `more_topics` are lists of what they are made from."""
    number = next(_numbers)
    authors, places, topics = fields.pop("authors", []), fields.pop("countries", []), fields.pop("more_topics", [])
    page = PublicationPage(
        **{
            "title": f"Obra {number}", "slug": f"obra-{number}", "abstract": f"Resumen {number}.", "locale": library.locale, "live": False,
            "published_on": datetime.date(2025, 1, 1), "contributions": [Contribution(contributor=author) for author in authors],
            "countries": [PublicationCountry(country=code) for code in places],
            "more_topics": [PublicationTopic(topic=topic) for topic in topics], **fields,
        }
    )  # fmt: skip
    library.add_child(instance=page)
    page.save_revision()
    return page


def publish(library: LibraryPage, **fields: Any) -> PublicationPage:
    """A publication that is live."""
    page = draft(library, **fields)
    revision = page.latest_revision
    assert revision is not None
    revision.publish()
    return PublicationPage.objects.get(pk=page.pk)


def translate(page: P, language: str = "en", **fields: Any) -> P:
    """The same work or series in another language, live."""
    copy = page.copy_for_translation(Locale.objects.get(language_code=language))
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save_revision().publish()
    found: P = type(page).objects.get(pk=copy.pk)
    return found


def series_in(library: LibraryPage, **fields: Any) -> SeriesPage:
    """A live series."""
    number = next(_numbers)
    page = SeriesPage(
        **{"title": f"Serie {number}", "slug": f"serie-{number}", "summary": "Lo que reúne.", "locale": library.locale, **fields}
    )
    library.add_child(instance=page)
    page.save_revision().publish()
    return page
