"""Types of blocks: each has every form that the house asks of it, and its plain text holds all that the eye reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import translation
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import RichText
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import StreamFieldSegmentExtractor

from core.blocks import CITATION, PageBlock, plain_text, text_of_fields, without_markup
from core.models import SearchEntry
from courses.blocks import EvidenceBlock, QuestionBlock
from tests.architecture.test_blocks import top_blocks
from tests.factories import lessons_of, make_course

# Never in the open: their plain text is empty.
SECRET = (QuestionBlock,)
# What a browser shows no words of.
HIDDEN = re.compile(r"<(script|style|svg|template)\b.*?</\1>", re.DOTALL)


def visible(html: str) -> list[str]:
    """Return the words that a browser shows, or a screen reader says."""
    said = list(re.findall(r'(?:aria-label|alt)="([^"]*)"', html))
    text = without_markup(re.sub(r"<", " <", HIDDEN.sub(" ", html)))
    return re.findall(r"\w+", " ".join([text, *(without_markup(words) for words in said)]))


def other_words(block: blocks.Block, value: Any) -> Any:
    """Return a value of the same shape that says something else: what is shown of both is the template's own."""
    if isinstance(block, blocks.StructBlock) and not isinstance(block, ImageBlock):
        return type(value)(block, [(name, other_words(child, value.get(name))) for name, child in block.child_blocks.items()])
    if isinstance(block, blocks.ListBlock):
        return [other_words(block.child_block, item) for item in value]
    if isinstance(block, blocks.RichTextBlock):
        parts = re.split(r"(<[^>]*>)", value.source)
        return RichText("".join(part if part.startswith("<") else _others(part) for part in parts))
    if isinstance(block, blocks.FloatBlock):
        return value + 5000
    return _others(value) if isinstance(value, str) and not isinstance(block, blocks.ChoiceBlock | blocks.URLBlock) else value


def _others(text: str) -> str:
    return re.sub(r"\d", "7", re.sub(r"[^\W\d_]+", "zzz", text))


def unread(block: blocks.Block, language: str) -> set[str]:
    """Return the words of a rendered preview that the plain text lacks, but for those that the template adds to any value."""
    value = block.normalize(block.get_preview_value())
    with translation.override(language):
        shown = set(visible(CITATION.sub("", str(block.render(value)))))
        own = set(visible(CITATION.sub("", str(block.render(other_words(block, value))))))
        assert isinstance(block, PageBlock)
        return shown - own - set(re.findall(r"\w+", block.plain_text(value)))


def words_of(html: str) -> set[str]:
    """Return the words of a text without figures: those stay as they are in every language."""
    return {word for word in re.findall(r"\w+", without_markup(re.sub(r"<", " <", html))) if not re.search(r"\d", word)}


def untranslatable(block: blocks.Block) -> set[str]:
    """Return the words that readers see in a stored preview, and that a translator is not given."""
    stream = blocks.StreamBlock([(block.name, block)])
    preview = blocks.StreamValue(stream, [(block.name, block.normalize(block.get_preview_value()))])
    stored = stream.to_python(stream.get_prep_value(preview))
    given = StreamFieldSegmentExtractor(None, include_overridables=True).handle_stream_block(stored)
    texts = [segment.string.data if isinstance(segment, StringSegmentValue) else str(getattr(segment, "data", "")) for segment in given]
    value = stored[0].value
    shown = text_of_fields(block, value) if isinstance(block, SECRET) else block.plain_text(value)
    return words_of(shown) - words_of(" ".join(texts))


def lacks(block: blocks.Block) -> list[str]:
    """Say which forms a block lacks on its own floor."""
    missing = [] if str(block.get_description()).strip() else ["description"]
    missing += [] if str(block.label).strip() else ["label"]
    missing += [] if getattr(block.meta, "preview_value", None) is not None else ["preview"]
    missing += [] if getattr(block.meta, "template", None) else ["template"]
    if not isinstance(block, PageBlock):
        return [*missing, "plain text"]
    if missing:
        return missing
    get_template(block.meta.template)
    if words := untranslatable(block):
        missing = [f"translation: {' '.join(sorted(words))}"]
    if isinstance(block, SECRET):
        return [*missing, *([] if block.plain_text(block.normalize(block.get_preview_value())) == "" else ["secrecy"])]
    return [*missing, *(f"plain text: {' '.join(sorted(words))}" for words in [unread(block, "es") | unread(block, "en")] if words)]


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "block"), top_blocks(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_block_has_every_form(where: str, block: blocks.Block) -> None:
    assert lacks(block) == []


@pytest.mark.django_db
def test_the_measure_sees_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that compares words must find the missing ones: here a table whose cells are not in its plain text."""
    (table,) = (block for where, block in top_blocks() if where == "StandardPage.body.table")
    monkeypatch.setattr(type(table), "plain_text", lambda self, value: value["title"])
    (missing,) = lacks(table)
    assert {"Route", "Open", "Ordinary", "2021", "socialprotection"} <= set(missing.split())


class Coordinates(blocks.FieldBlock):
    """A field of a type that no rule knows."""


class MadeUp(blocks.StructBlock):
    """A block as somebody might begin it."""

    place = blocks.CharBlock()
    where = Coordinates()


@pytest.mark.django_db
def test_a_made_up_block_fails_until_each_of_its_forms_is_there() -> None:
    assert lacks(blocks.StructBlock()) == ["description", "label", "preview", "template", "plain text"]
    value = {"place": "Cúcuta", "where": None}

    class WithMeta(MadeUp):
        class Meta:
            label, description, preview_value, template = "Place", "A place on a map.", value, "blocks/no_such.html"

    assert lacks(WithMeta()) == ["plain text"]

    class WithText(PageBlock, WithMeta):
        pass

    with pytest.raises(Exception, match=r"no_such\.html"):
        lacks(WithText())

    class Whole(WithText):
        class Meta:
            template = "blocks/quotation.html"

        def plain_text(self, value: Any) -> str:
            return str(value["place"])

    assert lacks(Whole()) == []

    class Hidden(Whole):
        def get_translatable_segments(self, value: Any) -> list[StringSegmentValue]:
            return []

    assert lacks(Hidden()) == ["translation: Cúcuta"]


def test_a_field_of_which_nobody_said_what_is_read_in_it_is_refused_and_not_left_out() -> None:
    class Unfinished(PageBlock, MadeUp):
        pass

    block = Unfinished()
    with pytest.raises(TypeError, match="Coordinates must say itself"):
        block.plain_text(block.normalize({"place": "Cúcuta", "where": "7.89, -72.5"}))


def stream(where: str, value: Any) -> blocks.StreamValue:
    """A stream with one block of a page."""
    (block,) = (found for place, found in top_blocks() if place == where)
    name = where.rpartition(".")[2]
    return blocks.StreamBlock([(name, block)]).to_python([{"type": name, "value": value}])


def test_signs_that_look_like_markup_stay_in_fields_of_plain_text() -> None:
    assert plain_text(stream("StandardPage.body.heading", "When a < b, and b > c &amp; d [2]")) == "When a < b, and b > c &amp; d"


def test_figures_are_written_as_the_page_writes_them() -> None:
    bars = {"title": "T", "unit": "u", "rows": [{"label": "Perú", "value": 1660000}], "as_of": "2024", "source": "R4V"}
    with translation.override("es"):
        assert re.sub(r"\s", " ", plain_text(stream("StandardPage.body.bars", bars))) == "T u Perú 1 660 000 R4V 2024"


def test_the_work_behind_a_lesson_is_found_by_itself_and_not_in_the_lesson() -> None:
    """Its title may change, and it may be closed to readers, without the lesson being published again."""
    block = EvidenceBlock()
    value = block.get_preview_value()
    assert value["work"].title not in block.plain_text(value)


@pytest.fixture
def entries(db: None) -> str:
    """What search knows of a lesson with a block of each type."""
    lesson = lessons_of(make_course())[0]
    lesson.body = [
        (where.rpartition(".")[2], block.normalize(block.get_preview_value()))
        for where, block in top_blocks()
        if where.startswith(("LessonPage.body", "StandardPage.body"))
        if not isinstance(block, EvidenceBlock)
    ]
    lesson.save_revision().publish()
    return SearchEntry.objects.get(page_id=lesson.pk).text


def test_search_knows_cells_labels_sources_and_questions(entries: str, client: Client) -> None:
    for words in ("Ask two questions", "Colombia", "million people", "What it asks", "Its own register", "R4V", "IDB and IOM",
                  "Are the 4.3 million part", "they add up"):  # fmt: skip
        assert words in entries
