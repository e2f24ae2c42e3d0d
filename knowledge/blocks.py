"""The blocks of a publication, beside the text blocks of every page. Page, PDF, search and feed are made from them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from core.blocks import (
    TEXT_FEATURES,
    CalloutBlock,
    HeadingBlock,
    PageBlock,
    SourceFieldsBlock,
    SourcesBlock,
    TextBlock,
    joined,
    text_of,
)
from knowledge import charts, data
from knowledge.notes import HasPlaces, Places, texts_of

INLINE_FEATURES = ["bold", "italic", "link"]
# Where figures come from is asked after what they say.
ASKED_LAST = ("as_of", "source", "source_url", "note")
NOTE_HELP = _("For a footnote, type its mark where it belongs, as in [^1], and write the note in the block “Footnotes”.")


class PublicationTextBlock(TextBlock):
    """Paragraphs and lists, with footnote marks."""

    class Meta:
        label = _("Text")
        description = _("Paragraphs, lists and links. Footnotes are typed as [^1].")
        preview_value = "<p>A short paragraph with a <a href='#source-1'>[1]</a> citation.</p>"


def words_of_image(image: Any) -> str:
    """Return what an image shows in words, and its credit; nothing for none, and no words for a decoration."""
    if image is None:
        return ""
    shows = "" if getattr(image, "decorative", False) else getattr(image, "contextual_alt_text", None) or ""
    return joined([shows, image.credit])


class PublicationHeadingBlock(HasPlaces, HeadingBlock):
    """A heading, which the list of contents repeats: no footnote mark may stand there."""

    def places_for_marks(self, value: Any) -> Places:
        return Places(refused=texts_of(value))


class PictureBlock(PageBlock, blocks.StructBlock):
    """A picture in the text."""

    image = ImageBlock(label=_("image"))

    def plain_text(self, value: Any) -> str:
        """What the picture shows in words, and who made it."""
        return words_of_image(value["image"])

    class Meta:
        icon = "image"
        label = _("Image")
        template = "blocks/picture.html"
        description = _("A picture, with what it shows in words for those who do not see it. Its credit comes from the image itself.")
        preview_value = {"image": None}


class FigureBlock(PageBlock, blocks.StructBlock):
    """A picture that is quoted as a figure: numbered by its caption, with its source."""

    image = ImageBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("caption"), max_length=300)
    source = blocks.CharBlock(label=_("source"), max_length=200)
    source_url = blocks.URLBlock(label=_("address of the source"), required=False)

    def plain_text(self, value: Any) -> str:
        """The caption, where it comes from, what the picture shows in words and who made it."""
        caption, source = (text_of(self.child_blocks[name], value[name]) for name in ("caption", "source"))
        return joined([caption, source, words_of_image(value["image"])])

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "blocks/figure.html"
        description = _("A picture with a caption and a source: a map, a diagram, a drawing.")
        preview_value = {"image": None, "caption": "Where people crossed", "source": "Puente editorial team", "source_url": ""}


class DataField(blocks.TextBlock):
    """Rows pasted from a spreadsheet."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            _("Copy the cells in your spreadsheet and paste them here, with a first line of column names."),
        )
        super().__init__(rows=8, **kwargs)

    @cached_property
    def field(self) -> forms.CharField:
        field: forms.CharField = super().field
        # The last cell of the last row, or the first of all, may be empty: it is there by its tab only.
        field.strip = False
        return field

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            # Line ends as they are stored, whatever the browser sends: a draft that nobody changed must stay the same.
            return "\n".join(cleaned.splitlines()) if isinstance(cleaned, str) else cleaned
        try:
            return data.parse(cleaned).as_text()
        except data.DataMalformed as error:
            raise ValidationError(str(error)) from error


class NumbersField(DataField):
    """Rows whose columns, but for the first, hold numbers."""

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        try:
            table = data.parse(cleaned)
            data.numbers(table)
            charts.check_series(table)
        except data.DataMalformed as error:
            raise ValidationError(str(error)) from error
        return cleaned


class DataBlock(SourceFieldsBlock):
    """A title, rows and where they come from; the rows can be downloaded."""

    title = blocks.CharBlock(label=_("title"), max_length=160)
    data = DataField(label=_("rows"))

    class Meta:
        icon = "table"
        label = _("Table")
        template = "blocks/data_table.html"
        description = _("Rows and columns, which readers can download as CSV. A source and a date are required.")
        form_layout = ["title", "data", *ASKED_LAST]
        preview_value = {
            "title": "Two routes",
            "data": "Route\tWhat it asks\nOpen\tOrdinary papers\nNew\tIts own register",
            "as_of": "2021",
            "source": "socialprotection.org",
            "source_url": "",
            "note": "",
        }

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        context["table"] = readable(value)
        return context


class ChartBlock(HasPlaces, DataBlock):
    """Bars or lines drawn from rows; the rows are its text alternative."""

    kind = blocks.ChoiceBlock(choices=charts.KINDS, default="bar", label=_("kind"))
    summary = blocks.CharBlock(label=_("what it shows"), max_length=300, help_text=_("One sentence: what a reader should see in it."))
    unit = blocks.CharBlock(label=_("unit"), max_length=80)
    data = NumbersField(label=_("rows"))

    class Meta:
        icon = "history"
        label = _("Chart")
        template = "blocks/chart.html"
        description = _("Bars or lines drawn from rows of numbers. Readers also get the numbers. A source and a date are required.")
        form_layout = ["title", "summary", "kind", "data", "unit", *ASKED_LAST]
        preview_value = {
            "kind": "bar",
            "title": "People from Venezuela by country",
            "summary": "Colombia hosts more than any other country.",
            "unit": "million people",
            "data": "Country\tNovember 2025\nColombia\t2.83\nPeru\t1.66",
            "as_of": "November 2025",
            "source": "R4V",
            "source_url": "",
            "note": "",
        }

    def places_for_marks(self, value: Any) -> Places:
        """Beside the chart stands once where it comes from; the rest is in its picture and in its rows, too."""
        beside = {name: text for name, text in value.items() if name in ASKED_LAST and name != "source_url"}
        return Places(allowed=texts_of(beside), refused=texts_of({name: text for name, text in value.items() if name not in beside}))

    def text_of_field(self, name: str, value: Any) -> str:
        """The numbers as the page writes them, in the language that is active."""
        table = readable(value) if name == "data" else None
        if table is None:
            return super().text_of_field(name, value)
        language = get_language() or "en"
        numbers = [charts.written_number(cell, language) if place else cell for row in table.rows for place, cell in enumerate(row)]
        return joined([*table.header, *numbers])


class BoxBlock(PageBlock, blocks.StructBlock):
    """A case or a method beside the argument."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.RichTextBlock(label=_("text"), features=[*TEXT_FEATURES])

    class Meta:
        icon = "form"
        label = _("Box")
        template = "blocks/box.html"
        description = _("A case, a method or a definition that stands beside the argument.")
        preview_value = {"title": "How the survey was done", "text": "<p>By telephone, in four cities.</p>"}


class QuotationBlock(PageBlock, blocks.StructBlock):
    """Words of somebody else."""

    text = blocks.TextBlock(label=_("words"), max_length=600, rows=3)
    attribution = blocks.CharBlock(label=_("who said it, where"), max_length=200)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "blocks/quotation.html"
        description = _("The exact words of a person or a text, and whose they are.")
        preview_value = {"text": "Nobody lives in a single field.", "attribution": "Puente editorial team"}


class FootnotesBlock(HasPlaces, PageBlock, blocks.ListBlock):
    """The notes that the marks in the text point to."""

    def __init__(self, **kwargs: Any) -> None:
        note = blocks.StructBlock(
            [
                ("mark", blocks.RegexBlock(label=_("mark"), regex=r"^[0-9a-z]{1,4}$", help_text=_("As in the text: 1 for [^1]."))),
                ("text", blocks.RichTextBlock(label=_("note"), features=INLINE_FEATURES)),
            ],
            label=_("note"),
            label_format="[^{mark}]",
        )
        super().__init__(note, **kwargs)

    def places_for_marks(self, value: Any) -> Places:
        """A note may point to another one."""
        return Places(allowed=texts_of([note["text"] for note in value]), noted=[str(note["mark"]) for note in value])

    class Meta:
        icon = "list-ol"
        label = _("Footnotes")
        template = "blocks/footnotes.html"
        description = _("The notes of the text, in their order. Each has its mark in the text, as in [^1], and a link back to it.")
        preview_value = [{"mark": "1", "text": "<p>Counted at the end of the year.</p>"}]


class ReferencesBlock(SourcesBlock):
    """The numbered references, the target of [1] in the text."""

    class Meta:
        label = _("References")
        description = _("Numbered references. Link to them from the text as #source-1, #source-2 …")


PUBLICATION_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("rich_text", PublicationTextBlock(group=_("Text"))),
    ("heading", PublicationHeadingBlock(group=_("Text"))),
    ("callout", CalloutBlock(group=_("Text"))),
    ("box", BoxBlock(group=_("Text"))),
    ("quotation", QuotationBlock(group=_("Text"))),
    ("chart", ChartBlock(group=_("Evidence"))),
    ("table", DataBlock(group=_("Evidence"))),
    ("figure", FigureBlock(group=_("Evidence"))),
    ("image", PictureBlock(group=_("Evidence"))),
    ("footnotes", FootnotesBlock(group=_("At the end"))),
    ("sources", ReferencesBlock(group=_("At the end"))),
]


def readable(value: Any) -> data.DataTable | None:
    """Return the rows of a block; None for a draft whose rows cannot be read yet."""
    try:
        return data.parse(value.get("data") or "")
    except data.DataMalformed:
        return None
