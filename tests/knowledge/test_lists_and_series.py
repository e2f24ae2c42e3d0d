"""The lists of one author, topic or country, and series: theirs and nobody else's, in the language of the address."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from knowledge.models import Contribution, Contributor, LibraryPage, PublicationPage
from tests.knowledge.conftest import OnCommit
from tests.knowledge.corpus import draft, library_in, person, publish, series_in, translate

pytestmark = pytest.mark.django_db
K = "/es/knowledge"


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


def titles(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Cache-Control"] == "public, no-cache"
    return re.findall(r'class="card-title"><a href="[^"]*">([^<]*)<', answer.content.decode())


def test_an_author_has_what_they_had_a_part_in_newest_first(client: Client, library: LibraryPage) -> None:
    maria, other = person(), person("Otra Persona")
    publish(library, title="Older", authors=[maria, other], published_on="2020-01-01")
    publish(library, title="Newer", contributions=[Contribution(contributor=maria, role="editor")])
    publish(library, title="Twice", published_on="2010-01-01",
            contributions=[Contribution(contributor=maria), Contribution(contributor=maria, role="editor")])  # fmt: skip
    publish(library, title="Of another", authors=[other])
    draft(library, title="A draft", authors=[maria])
    assert titles(client, f"{K}/authors/{maria.slug}/") == ["Newer", "Older", "Twice"]


def test_an_organisation_has_a_list_too_and_says_what_it_is(client: Client, library: LibraryPage) -> None:
    team = person("Equipo & Cía", kind=Contributor.Kind.ORGANISATION, website="https://example.org/?a=1&b=2")
    publish(library, authors=[team])
    html = client.get(f"{K}/authors/{team.slug}/").content.decode()
    assert "<h1>Equipo &amp; Cía</h1>" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html


def test_a_topic_has_works_of_which_it_is_the_first_or_another(client: Client, library: LibraryPage) -> None:
    publish(library, title="First", topic="finance", more_topics=["finance"])
    publish(library, title="Also", topic="health", more_topics=["skills", "finance"], published_on="2020-01-01")
    publish(library, title="Not", topic="health")
    assert titles(client, f"{K}/topics/finance/") == ["First", "Also"]


def test_a_country_has_the_works_on_it_under_one_address(client: Client, library: LibraryPage) -> None:
    publish(library, title="On Peru", countries=["PE", "CL"])
    publish(library, title="On Chile", countries=["CL"])
    assert titles(client, f"{K}/countries/pe/") == ["On Peru"]
    assert "<h1>Perú</h1>" in client.get(f"{K}/countries/pe/").content.decode()
    for written in ("PE", "Pe"):
        answer = client.get(f"{K}/countries/{written}/")
        assert (answer.status_code, answer["Location"]) == (302, f"{K}/countries/pe/")


def test_a_code_that_is_also_part_of_the_address_is_redirected_rightly(client: Client, library: LibraryPage) -> None:
    publish(library, countries=["ES"])
    assert client.get(f"{K}/countries/ES/")["Location"] == f"{K}/countries/es/"


@pytest.mark.parametrize(
    "path",
    ["authors/nobody/", "topics/magic/", "topics/Finance/", "countries/xx/", "countries/eu/", "countries/peru/",
     "countries/%C3%9F/", "countries/p/",
     "topics/skills/", "countries/br/", "authors/unread/", "cite.bib", "topics/", "authors/", "countries/"],
)  # fmt: skip
def test_what_has_no_works_does_not_exist(client: Client, library: LibraryPage, path: str) -> None:
    draft(library, topic="skills", countries=["BR"], authors=[person("Unread", slug="unread")])
    publish(library, countries=["SS"])
    assert client.get(f"{K}/{path}").status_code == 404


def test_lists_are_of_the_language_of_the_address(client: Client, library: LibraryPage) -> None:
    maria = person()
    page = publish(library, title="En español", authors=[maria], topic="finance", countries=["PE"])
    paths = (f"authors/{maria.slug}/", "topics/finance/", "countries/pe/")
    assert all(client.get(f"/en/knowledge/{path}").status_code == 404 for path in paths)
    translate(page, "en", title="In English")
    assert all(titles(client, f"/en/knowledge/{path}") == ["In English"] for path in paths)
    assert all(titles(client, f"{K}/{path}") == ["En español"] for path in paths)


def test_lists_have_pages(client: Client, library: LibraryPage) -> None:
    maria = person()
    made = {publish(library, authors=[maria], topic="finance", countries=["PE"]).title for _number in range(21)}
    for path in (f"authors/{maria.slug}/", "topics/finance/", "countries/pe/"):
        first, second = titles(client, f"{K}/{path}"), titles(client, f"{K}/{path}?page=2")
        assert (len(first), len(second)) == (20, 1)
        assert set(first + second) == made
        assert titles(client, f"{K}/{path}?page=nonsense") == first
        assert titles(client, f"{K}/{path}?page=99") == second


def test_nothing_restricted_is_in_any_list(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    maria, series = person(), series_in(library)
    fields = {"topic": "finance", "countries": ["PE"], "authors": [maria], "series": series}
    seen = publish(library, title="Open", **fields)
    hidden = publish(library, title="Restricted", **fields)
    addresses = [
        f"{K}/",
        f"{K}/authors/{maria.slug}/",
        f"{K}/topics/finance/",
        f"{K}/countries/pe/",
        series.get_url(),
        seen.get_url(),
        "/es/",
    ]
    assert all("Restricted" in client.get(address).content.decode() for address in addresses)
    with on_commit():
        PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    for address in [*addresses, f"{K}/feed.atom", "/es/search/?q=restricted", "/sitemap.xml"]:
        text = client.get(address).content.decode()
        assert "Restricted" not in text, address
        assert hidden.slug not in text, address


def test_a_series_has_its_works_in_their_order_in_its_language(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    series = series_in(library, title="Cinco campos", about="<p>De qué trata.</p>")
    publish(library, title="Third", series=series, series_number=3)
    publish(library, title="First", series=series, series_number=1)
    second = publish(library, title="Second", series=series, series_number=2)
    draft(library, title="Fourth", series=series, series_number=4)
    publish(library, title="Elsewhere")
    assert titles(client, series.get_url() or "") == ["First", "Second", "Third"]
    english = translate(series, "en", title="Five fields")
    assert "First" not in client.get(english.get_url() or "").content.decode()
    # The translated work still points at the Spanish series, as wagtail-localize leaves it: it stands in the English one.
    with on_commit():
        translate(second, "en", title="The second")
    assert titles(client, english.get_url() or "") == ["The second"]


def test_a_series_with_nothing_to_show_says_so(client: Client, library: LibraryPage) -> None:
    html = client.get(series_in(library).get_url() or "").content.decode()
    assert 'class="empty' in html


def test_a_long_series_has_pages(client: Client, library: LibraryPage) -> None:
    series = series_in(library)
    for number in range(1, 23):
        publish(library, title=f"Nº {number}", series=series, series_number=number)
    assert titles(client, f"{series.get_url()}?page=2") == ["Nº 21", "Nº 22"]
    assert titles(client, f"{series.get_url()}?page=99") == ["Nº 21", "Nº 22"]


def test_a_page_says_its_series_only_while_readers_may_open_it(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    series = series_in(library, title="Cinco campos")
    page = publish(library, series=series, series_number=2)
    assert "Cinco campos" in client.get(page.get_url() or "").content.decode()
    with on_commit():
        series.unpublish()
    assert "Cinco campos" not in client.get(page.get_url() or "").content.decode()
    with on_commit():
        series.delete()
    assert client.get(page.get_url() or "").status_code == 200
    assert PublicationPage.objects.get(pk=page.pk).series is None


@pytest.mark.parametrize("address", ["authors/maria-perez-gomez/", "topics/finance/", "countries/pe/"])
def test_lists_are_read_only_and_answered_304(client: Client, library: LibraryPage, address: str) -> None:
    publish(library, topic="finance", countries=["PE"], authors=[person()])
    first = client.get(f"{K}/{address}")
    assert client.get(f"{K}/{address}", headers={"If-None-Match": first["ETag"]}).status_code == 304
    head = client.head(f"{K}/{address}")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    assert client.post(f"{K}/{address}").status_code == 405
    assert not first.cookies


def test_renaming_a_contributor_shows_at_once_everywhere(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    maria = person("María Pérez")
    page = publish(library, authors=[maria])
    addresses = [page.get_url() or "", f"{K}/authors/{maria.slug}/", f"{page.get_url()}cite.bib", f"{K}/feed.atom"]
    assert all("Pérez" in client.get(address).content.decode() for address in addresses)
    maria.name, maria.family_name = "María Quispe", "Quispe"
    with on_commit():
        maria.save()
    for address in addresses:
        html = client.get(address).content.decode()
        assert "Quispe" in html, address
        assert "Pérez" not in html, address
    found = client.get("/es/search/?q=quispe").content.decode()
    assert page.title in found, "search knows the new name, too"
