"""Publications at the editor's own desk: what is wrong is said in its place, nothing of it is saved, and the rest of the form stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.models import User
from knowledge.models import Edition, PublicationPage
from tests.editorial.desk import Tab, form_data, fresh, library, make_draft, person, signed_in, state_of
from tests.knowledge.corpus import person as contributor

pytestmark = pytest.mark.django_db
FIGURES = {"title": "Costos", "as_of": "2024", "source": "R4V", "source_url": "", "note": ""}
GOOD = "País\tCosto\nPerú\t4,3"


@pytest.fixture
def author() -> User:
    return person("author")


@pytest.fixture
def tab(author: User) -> Tab:
    return Tab(author, make_draft(author, title="Antes"))


def table(rows: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "table", {**FIGURES, "data": rows, **fields}


def chart(rows: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    return "chart", {**FIGURES, "kind": "bar", "summary": "Más en Perú.", "unit": "%", "data": rows, **fields}


def body(*blocks: tuple[str, Any]) -> dict[str, Any]:
    return dict(nested_form_data({"body": streamfield(list(blocks))}))


def errors(tab: Tab) -> str:
    """Every error the page shows, wherever it stands. Blocks get theirs by the script that builds them."""
    shown = BeautifulSoup(tab.html, "html.parser").select(".error-message, .w-field__errors, .messages .error")
    scripted = " ".join(
        json.dumps(json.loads(str(tag["data-w-block-arguments-value"])), ensure_ascii=False)
        for tag in BeautifulSoup(tab.html, "html.parser").select("[data-w-block-arguments-value]")
    )
    return " ".join(tag.get_text(" ", strip=True) for tag in shown) + " " + scripted


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (chart("País\tCosto"), "There are no rows"),
        (chart("País\tCosto\nPerú\tmucho"), "“mucho” is not a number"),
        (chart("País\tCosto\nPerú\t1.234"), "can be read in two ways"),
        (chart("País\tCosto\nPerú\t"), "holds no number"),
        (chart("País\tCosto\nPerú\t=1+1"), "holds a formula"),
        (table("País\tCosto\n＝1+1\t2"), "holds a formula"),
        (table("País\tCosto\nPerú\t1\t2"), "Row 1 has 3 cells"),
        (table("País"), "There are no rows"),
        (table("a\tb\n" + "x\t1\n" * 501), "at most 12 columns and 500 rows"),
        (table("a\tb\n" + "x" * 200_000 + "\t1"), "at most 12 columns and 500 rows"),
    ],
)
def test_rows_that_are_no_table_are_refused_in_their_place(tab: Tab, block: tuple[str, Any], says: str) -> None:
    answer = tab.submit(title="Después", abstract="Nuevo resumen.", **body(("heading", "Lo demás"), block))
    assert answer.status_code == 200
    assert says in errors(tab)
    form = answer.context["form"]
    assert list(form.errors) == ["body"]
    kept = form["body"].value()
    assert (form["title"].value(), form["abstract"].value()) == ("Después", "Nuevo resumen.")
    assert kept[0].value == "Lo demás"
    assert kept[1].value["data"].strip() == block[1]["data"].strip()
    page = fresh(tab.page)
    assert (page.title, page.get_latest_revision_as_object().title, page.live) == ("Antes", "Antes", False)
    assert state_of(page) is None
    assert not Edition.objects.exists()


def test_a_draft_keeps_rows_as_they_were_typed_and_the_review_is_where_they_must_be_right(tab: Tab) -> None:
    bad = body(chart("País\tCosto\nPerú\tmucho"))
    assert tab.save(**bad).status_code == 302
    assert fresh(tab.page).get_latest_revision_as_object().body[0].value["data"] == "País\tCosto\nPerú\tmucho"
    tab.load()
    assert tab.submit(**body(chart(GOOD))).status_code == 302
    reviewer = Tab(person("reviewer"), tab.page)
    reviewer.take("approve", changes=bad)
    assert "is not a number" in errors(reviewer)
    state = state_of(tab.page)
    assert state is not None
    assert state.current_task_state is not None
    assert state.current_task_state.status == "in_progress"
    assert not fresh(tab.page).live


def test_good_rows_are_kept_as_a_spreadsheet_would_paste_them(tab: Tab) -> None:
    assert tab.submit(**body(table("País;Costo\r\nPerú;4,3\r\n"), chart('País,Costo\nPerú,"4,3"'))).status_code == 302
    kept = fresh(tab.page).get_latest_revision_as_object().body
    assert [block.value["data"] for block in kept] == [GOOD, GOOD]


def test_the_last_cell_may_be_empty_and_the_first_too(tab: Tab) -> None:
    """A browser posts what was pasted as it is; a form that strips it would take the last cell away."""
    assert tab.save(**body(table("País\tCosto\tNota\nPerú\t4,3\t"))).status_code == 302
    kept = fresh(tab.page).get_latest_revision_as_object().body
    assert kept[0].value["data"] == "País\tCosto\tNota\nPerú\t4,3\t"
    # And once more, as the form gives it back.
    assert tab.save(**body(table(kept[0].value["data"]))).status_code == 302


def test_ten_megabytes_are_refused_in_words_and_nothing_is_lost_that_was_saved(tab: Tab) -> None:
    answer = tab.save(title="Después", **body(table("a\tb\n" + "x\t1\n" * 2_600_000)))
    assert answer.status_code in {200, 400, 413}
    assert fresh(tab.page).get_latest_revision_as_object().title == "Antes"


@pytest.mark.parametrize(
    ("fields", "where"),
    [({"licence": "wtfpl"}, "licence"), ({"kind": "book"}, "kind"), ({"topic": "magic"}, "topic"),
     ({"published_on": "31/31/2025"}, "published_on"),
     ({"series_number": "-1"}, "series_number"), ({"series_number": "9" * 20}, "series_number"), ({"series": "1"}, "series"),
     ({"abstract": "x" * 501}, "abstract"), ({"slug": "authors"}, "slug"), ({"slug": "topics"}, "slug"), ({"slug": "countries"}, "slug"),
     ({"slug": "feed"}, "slug"), ({"slug": "a/b"}, "slug"), ({"title": "x" * 300}, "title")],
)  # fmt: skip
def test_what_does_not_exist_is_refused_at_its_field(tab: Tab, fields: dict[str, str], where: str) -> None:
    answer = tab.save(**fields)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [where]


def lines(prefix: str, *rows: dict[str, Any]) -> dict[str, Any]:
    """The lines of an inline panel as they are posted."""
    return dict(nested_form_data({prefix: inline_formset([{"id": "", "ORDER": str(n + 1), **row} for n, row in enumerate(rows)])}))


@pytest.mark.parametrize("code", ["XX", "pe", "EU", "PERU", "<b>"])
def test_a_country_that_does_not_exist_is_refused(tab: Tab, code: str) -> None:
    answer = tab.save(**lines("countries", {"country": code}))
    assert answer.status_code == 200
    assert "country" in answer.context["form"].formsets["countries"].errors[0]


def test_people_topics_and_countries_are_kept_in_their_order(tab: Tab) -> None:
    people = [contributor("Zoé Uno"), contributor("Ana Dos")]
    answer = tab.save(
        **lines("contributions", *({"contributor": str(one.pk), "role": "author"} for one in people)),
        **lines("countries", {"country": "PE"}, {"country": "AR"}),
        **lines("more_topics", {"topic": "health"}),
    )
    assert answer.status_code == 302
    kept = fresh(tab.page).get_latest_revision_as_object()
    assert [part.contributor.name for part in kept.contributions.all()] == ["Zoé Uno", "Ana Dos"]
    assert [line.country for line in kept.countries.all()] == ["PE", "AR"]


def test_the_same_person_twice_in_one_role_is_refused_before_it_could_break_publication(tab: Tab) -> None:
    one = contributor()
    line = {"contributor": str(one.pk), "role": "author"}
    answer = tab.save(**lines("contributions", line, line))
    assert answer.status_code == 200
    assert answer.context["form"].formsets["contributions"].non_form_errors() or any(
        answer.context["form"].formsets["contributions"].errors
    )
    assert tab.save(**lines("contributions", line, {**line, "role": "editor"})).status_code == 302


def test_the_same_country_or_topic_twice_is_counted_once(tab: Tab, client: Client) -> None:
    assert tab.save(**lines("countries", {"country": "PE"}, {"country": "PE"})).status_code == 302
    fresh(tab.page).get_latest_revision().publish()
    page = PublicationPage.objects.get(pk=tab.page.pk)
    assert [code for code, _name in page.country_names()] == ["PE"]


def test_loose_ends_of_notes_are_allowed_in_a_draft_and_refused_at_the_review(tab: Tab) -> None:
    loose = body(("rich_text", rich_text("<p>Uno.[^1]</p>")))
    assert tab.save(**loose).status_code == 302
    tab.load()
    answer = tab.submit(**loose)
    assert answer.status_code == 200
    assert "The footnote [^1] is marked in the text but has no note." in str(answer.context["form"].errors["body"])
    assert state_of(tab.page) is None


def test_a_preview_shows_what_is_only_in_the_form(tab: Tab) -> None:
    from django.urls import reverse

    url = reverse("wagtailadmin_pages:preview_on_edit", args=[tab.page.pk])
    data = form_data(fresh(tab.page), tab.user, title="Sin guardar") | lines(
        "contributions", {"contributor": str(contributor().pk), "role": "author"}
    )
    data |= lines("countries", {"country": "PE"}) | body(chart("País\tCosto\nPerú\tmucho"))
    assert tab.client.post(url, data).json()["is_valid"] is True, "a draft may have loose ends"
    assert "Sin guardar" in tab.client.get(url, {"mode": ""}).content.decode()
    data |= body(chart(GOOD), ("rich_text", rich_text("<p>Uno.[^1]</p>")))
    assert tab.client.post(url, data).json()["is_valid"] is True
    html = tab.client.get(url, {"mode": ""}).content.decode()
    for words in ("Sin guardar", "María Pérez Gómez", "Perú", "note-1-back"):
        assert words in html, words


def test_two_editors_who_save_at_once_lose_no_text(author: User) -> None:
    """Neither is refused with an error of the server; both texts are in the history, and the second is told of the first."""
    page = make_draft(author, title="Antes")
    other = person("author", email="otra@example.org")
    first, second = Tab(author, page), Tab(other, page)
    assert first.save(title="De la primera").status_code == 302
    answer = second.save(title="De la segunda")
    assert answer.status_code in {200, 302}
    titles = {revision.content["title"] for revision in fresh(page).revisions.all()}
    assert {"Antes", "De la primera"} <= titles
    if answer.status_code == 302:
        assert "De la segunda" in titles
    else:
        assert "De la segunda" in second.html


def test_a_new_publication_can_be_made_whole_in_one_form(author: User) -> None:
    model = make_draft(author)
    data = form_data(model, author, title="Entera", slug="entera") | body(table(GOOD), ("heading", "Uno"))
    data |= lines("contributions", {"contributor": str(contributor().pk), "role": "author"}) | lines("countries", {"country": "PE"})
    answer = signed_in(author).post(f"/admin/pages/add/knowledge/publicationpage/{library().pk}/", data)
    assert answer.status_code == 302
    made = PublicationPage.objects.get(slug="entera")
    assert made.work_id == made.translation_key
    assert [name.name for name in made.authors()] == ["María Pérez Gómez"]
