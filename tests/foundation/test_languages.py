"""The table of languages: it is the only one, settings are made of it, and no language lacks a file."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from django.conf import settings
from django.template.loader import get_template

from core import countries
from core.models import HomePage
from credentials.certificate import words_v1
from editorial.middleware import admin_language
from foundation import languages
from foundation.languages import LANGUAGES, Language
from knowledge import charts
from knowledge.edition import typography
from tests.architecture.floors import FLOORS, ROOT
from tests.foundation.language_files import WHOLE, drawing_words, missing
from tests.registries import entered

# Words of a version of a PDF stay as they were printed; the demo says in which languages its people and texts are.
OWN_WORDS = ("words_v*.py", "demo.py", "demo/*.py", "kinds.py")


def every_language() -> list[str]:
    return languages.codes()


def relative(code: str = "xx", **changes: object) -> Language:
    """A language that is like Portuguese, with its own code."""
    return dataclasses.replace(LANGUAGES["pt"], name=code, own_name="Xx", **changes)  # type: ignore[arg-type]


def test_the_site_speaks_its_languages_in_their_order() -> None:
    assert languages.codes() == ["es", "pt", "fr", "en"]
    assert settings.LANGUAGES == settings.WAGTAIL_CONTENT_LANGUAGES == languages.choices()
    assert languages.first_language().code == settings.LANGUAGE_CODE == WHOLE
    assert HomePage.max_count_per_parent == len(LANGUAGES)
    assert {each.code for each in LANGUAGES if each.direction == "rtl"} <= set(settings.LANGUAGES_BIDI)


@pytest.mark.parametrize("code", every_language())
def test_a_language_lacks_nothing(code: str) -> None:
    assert missing(LANGUAGES[code]) == []


@pytest.mark.parametrize("code", every_language())
def test_what_an_entry_says_leads_somewhere(code: str) -> None:
    language = LANGUAGES[code]
    assert set(language.fallbacks) <= set(languages.codes()) - {code}
    assert len(set(language.fallbacks)) == len(language.fallbacks)
    assert Locale.parse(language.babel_locale).territories["PE"] == countries.country_name("PE", code)
    assert language.numbers.decimal_mark != language.numbers.thousands_mark
    assert language.own_name


def test_a_language_without_a_file_is_found_out(tmp_path: Path) -> None:
    said = missing(relative(fallbacks=()), tmp_path)
    assert "the catalogue locale/xx/LC_MESSAGES/django.po" in said
    assert "the texts core/site_content/xx.yaml" in said
    assert {f"words of {name}" for name in drawing_words()} <= set(said)
    assert "a guide for author" in said


def test_a_text_that_is_missing_empty_or_read_by_nobody_is_found_out(tmp_path: Path) -> None:
    folder = tmp_path / "core" / "site_content"
    folder.mkdir(parents=True)
    (folder / "es.yaml").write_text("home: {title: Uno, lead: Dos}\nhelp: {title: Tres}", encoding="utf-8")
    (folder / "xx.yaml").write_text("home: {title: Ein, lead: ''}\nfaq: {title: Vier}", encoding="utf-8")
    said = [text for text in missing(relative(), tmp_path) if "site_content" in text]
    assert said == [
        "the text help.title of core/site_content/xx.yaml",
        "the text home.lead of core/site_content/xx.yaml",
        "nobody reads the text faq.title of core/site_content/xx.yaml",
    ]


def test_the_words_of_every_drawing_version_are_looked_at() -> None:
    found = set(drawing_words())
    assert {"credentials.certificate.words_v1.WORDS", "credentials.certificate.words_v2.WORDS"} <= found
    assert {f"knowledge.edition.words_v1.{table}" for table in ("WORDS", "MONTHS", "TOPICS", "ROLES")} <= found


@pytest.mark.parametrize("wrong", ["", "ES", "pt-br", "e", "../x"])
def test_a_code_has_no_region_and_no_surprises(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no code"):
        relative(wrong)


def test_an_entry_has_no_default() -> None:
    fields = {field.name for field in dataclasses.fields(Language) if field.default is not dataclasses.MISSING}
    assert fields == {"order"}


# Which language stands in for which.


def test_a_missing_text_is_looked_for_among_relatives_first() -> None:
    assert languages.in_order_for("fr") == ["fr", "es", "en", "pt"]
    assert languages.in_order_for("pt-br") == ["pt", "es", "en", "fr"], "Wagtail's admin speaks Brazil's Portuguese"
    assert languages.in_order_for("de") == ["es", "en", "pt", "fr"], "its admin also speaks what the site does not"
    assert languages.text_for("pt", {"en": "two", "es": "dos"}) == "dos"
    assert languages.text_for("es", {"fr": "deux"}) == "deux", "any is better than none"
    with pytest.raises(LookupError):
        languages.text_for("es", {"de": "zwei"})


def test_a_certificate_speaks_the_nearest_relative_where_its_version_has_no_words() -> None:
    with entered(LANGUAGES, relative(fallbacks=("fr", "es"))):
        assert words_v1.printed_language("xx") == "fr"
    assert [words_v1.printed_language(code) for code in languages.codes()] == languages.codes()


def test_the_admin_speaks_the_nearest_language_that_wagtail_knows() -> None:
    assert [admin_language(code) for code in languages.codes()] == ["es", "pt-br", "fr", "en"]
    with entered(LANGUAGES, relative(fallbacks=("fr", "es"))):
        assert admin_language("xx") == "fr"


# What is read through the table.


def test_numbers_are_written_as_the_entry_says() -> None:
    narrow = languages.NARROW
    assert [charts.written_number("61800.5", code) for code in languages.codes()] == [
        f"61{narrow}800,5",
        "61.800,5",
        f"61{narrow}800,5",
        "61,800.5",
    ]
    assert [charts.written_number("6180", code) for code in languages.codes()] == ["6180", "6180", "6180", "6,180"]
    other = relative(numbers=languages.NumberForm(decimal_mark="·", thousands_mark="’", grouped_from=4))
    with entered(LANGUAGES, other):
        assert charts.written_number("-6180.5", "xx") == "−6’180·5"
        assert charts.number_format("xx")["thousands"] == "’"


def test_quotations_are_written_as_the_entry_says() -> None:
    narrow = languages.NARROW
    text = "\"Ya\" dijo 'ella'; l'eau!"
    assert [typography.set_text(text, code) for code in languages.codes()] == [
        "«Ya» dijo ’ella’; l’eau!",
        "“Ya” dijo ’ella’; l’eau!",
        f"«{narrow}Ya{narrow}» dijo ’ella’; l’eau{narrow}!",
        "“Ya” dijo ‘ella’; l’eau!",
    ]
    with entered(LANGUAGES, relative(quotation_marks=("„", "“"), single_mark="‚", has_spaced_marks=True)):
        assert typography.set_text("\"Ya\"! 'so'", "xx") == "„Ya“! ‚so’"


def test_the_page_for_when_everything_failed_speaks_every_language() -> None:
    html = get_template("500.html").render()
    for code in languages.codes():
        assert f'lang="{code}"' in html
        assert f'href="/{code}/"' in html


# No second table.


def product() -> Iterator[Path]:
    """Yield the Python files that may not know which languages there are."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            is_own = any(path.match(f"{floor}/{pattern}") or path.match(pattern) for pattern in OWN_WORDS)
            if "migrations" not in path.parts and path != Path(languages.__file__) and not is_own:
                yield path


def lists_languages(node: ast.AST) -> bool:
    """Whether a literal holds several codes of languages, as keys or as all that it holds."""
    if isinstance(node, ast.Dict):
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
        return len(set(keys) & set(languages.codes())) > 1
    if isinstance(node, ast.Set | ast.Tuple | ast.List):
        held = [each.value for each in node.elts if isinstance(each, ast.Constant)]
        return len(held) > 1 and len(held) == len(node.elts) and set(held) <= set(languages.codes())
    return False


def test_no_other_table_knows_which_languages_there_are() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in product()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if lists_languages(node)
    ]
    assert found == []


@pytest.mark.parametrize("code", ['{"es": 1, "pt": 2}', '("es", "en")', '["fr", "es"]', '{"pt", "es"}'])
def test_a_second_table_would_be_found(code: str) -> None:
    assert any(lists_languages(node) for node in ast.walk(ast.parse(code)))
