"""StreamField blocks that any page may use, and what every block of a page must have.

Each has a description and a preview value: the styleguide renders them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.rich_text import RichText

from core.templatetags.puente import figure

# "[3]" after a figure: a link to the third source, noise in a search result.
CITATION = re.compile(r"\s*\[\d+\]")
TEXT_FEATURES = ["bold", "italic", "h3", "ol", "ul", "link"]
# Fields whose value is not read as words: an address behind a link, a choice and a tick that change how the rest looks.
SILENT = (blocks.URLBlock, blocks.ChoiceBlock, blocks.BooleanBlock)
WORDS = (blocks.CharBlock, blocks.TextBlock, blocks.RegexBlock)
NUMBERS = (blocks.FloatBlock, blocks.IntegerBlock, blocks.DecimalBlock)


class PageBlock(blocks.Block):
    """What every block that an editor can add to a page has: each form in which the house shows or reads it.

    In its `Meta` a label, a description, a preview value and a template; here its plain text. What a higher floor needs of it, as the
    library needs a form on paper, that floor enters in a registry. tests/core/test_block_types.py asks each block for each form.
    """

    def plain_text(self, value: Any) -> str:
        """Return all that the eye reads in a value, in its order, without markup; not what the template adds ("Source:")."""
        return text_of_fields(self, value)


class TextBlock(PageBlock, blocks.RichTextBlock):
    """Paragraphs and lists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "blocks/rich_text.html"
        description = _("Paragraphs, lists and links.")
        preview_value = "<p>A short paragraph with a <a href='#source-1'>[1]</a> citation.</p>"


class HeadingBlock(PageBlock, blocks.CharBlock):
    """A second-level heading."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "blocks/heading.html"
        description = _("A heading between parts of the page.")
        preview_value = "What the figure counts"


class CalloutBlock(PageBlock, blocks.StructBlock):
    """A boxed idea, caution or example."""

    tone = blocks.ChoiceBlock(
        choices=[("idea", _("Key idea")), ("caution", _("Take care")), ("example", _("Example"))], default="idea", label=_("kind")
    )
    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.RichTextBlock(label=_("text"), features=["bold", "italic", "ol", "ul", "link"])

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "blocks/callout.html"
        description = _("One idea, caution or example that should stand out.")
        preview_value = {"tone": "idea", "title": "Ask two questions", "text": "<p>On what date, and who counted?</p>"}


# As a reader finds them under a figure.
ORIGIN = ("note", "source", "source_url", "as_of")


class SourceFieldsBlock(PageBlock, blocks.StructBlock):
    """What every figure must say of its origin."""

    as_of = blocks.CharBlock(label=_("as of"), max_length=80, help_text=_("The date the figures speak of."))
    source = blocks.CharBlock(label=_("source"), max_length=200)
    source_url = blocks.URLBlock(label=_("address of the source"), required=False)
    note = blocks.CharBlock(label=_("note"), max_length=300, required=False)

    def plain_text(self, value: Any) -> str:
        """What the figures say, and then where they come from."""
        own = [name for name in self.child_blocks if name not in ORIGIN]
        return joined(self.text_of_field(name, value) for name in [*own, *ORIGIN])

    def text_of_field(self, name: str, value: Any) -> str:
        """Return the words of one field."""
        return text_of(self.child_blocks[name], value.get(name))


class BarsBlock(SourceFieldsBlock):
    """Bars drawn from rows; the table is the chart, so that it needs no other text alternative."""

    title = blocks.CharBlock(label=_("title"), max_length=160)
    unit = blocks.CharBlock(label=_("unit"), max_length=80)
    rows = blocks.ListBlock(
        blocks.StructBlock(
            [("label", blocks.CharBlock(label=_("label"), max_length=80)), ("value", blocks.FloatBlock(label=_("value"), min_value=0))]
        ),
        label=_("rows"),
        min_num=2,
        max_num=12,
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        largest = max((row["value"] for row in value["rows"]), default=0) or 1
        context["bars"] = [
            {"label": row["label"], "value": row["value"], "width": round(100 * row["value"] / largest, 1)} for row in value["rows"]
        ]
        return context

    class Meta:
        icon = "history"
        label = _("Bars")
        template = "blocks/bars.html"
        description = _("A bar chart that is also its own table. A source and a date are required.")
        preview_value = {
            "title": "People from Venezuela by country",
            "unit": "million people",
            "as_of": "November 2025",
            "source": "R4V",
            "source_url": "",
            "note": "",
            "rows": [{"label": "Colombia", "value": 2.83}, {"label": "Peru", "value": 1.66}],
        }


class TableBlock(SourceFieldsBlock):
    """A small table; the first column heads each row."""

    title = blocks.CharBlock(label=_("title"), max_length=160)
    columns = blocks.ListBlock(blocks.CharBlock(max_length=120), label=_("columns"), min_num=2, max_num=6)
    rows = blocks.ListBlock(blocks.ListBlock(blocks.CharBlock(max_length=400), min_num=1), label=_("rows"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Table")
        template = "blocks/table.html"
        description = _("Text in rows and columns. A source and a date are required.")
        preview_value = {
            "title": "Two routes",
            "columns": ["Route", "What it asks"],
            "rows": [["Open", "Ordinary papers"], ["New", "Its own register"]],
            "as_of": "2021",
            "source": "socialprotection.org",
            "source_url": "",
            "note": "",
        }


class SourceBlock(blocks.StructBlock):
    """One source of a page's figures."""

    title = blocks.CharBlock(label=_("title"), max_length=250)
    publisher = blocks.CharBlock(label=_("publisher"), max_length=250)
    year = blocks.CharBlock(label=_("year"), max_length=20)
    url = blocks.URLBlock(label=_("address"), max_length=1000)
    read = blocks.CharBlock(label=_("read on"), max_length=20, help_text=_("Year and month, as in 2025-12."))

    class Meta:
        icon = "link"
        label = _("Source")


class SourcesBlock(PageBlock, blocks.ListBlock):
    """The numbered list of sources, the target of [1] in the text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(SourceBlock(), **kwargs)

    class Meta:
        icon = "list-ol"
        label = _("Sources")
        template = "blocks/sources.html"
        description = _("Numbered sources. Link to them from the text as #source-1, #source-2 …")
        preview_value = [
            {
                "title": "IDB and IOM address migration challenges",
                "publisher": "IDB",
                "year": "2020",
                "url": "https://reliefweb.int/",
                "read": "2025-12",
            }
        ]


TEXT_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("rich_text", TextBlock()),
    ("heading", HeadingBlock()),
    ("callout", CalloutBlock()),
    ("bars", BarsBlock()),
    ("table", TableBlock()),
    ("sources", SourcesBlock()),
]


def plain_text(value: blocks.StreamValue | RichText | str) -> str:
    """Return all that the eye reads in a stream or a rich text, without markup, for search."""
    if isinstance(value, blocks.StreamValue):
        return joined(text_of(child.block, child.value) for child in value)
    return without_markup(value.source if isinstance(value, RichText) else value)


def text_of(block: blocks.Block, value: Any) -> str:
    """Return the plain text of one value of a block.

    Raises:
        TypeError: nobody has said what the eye reads in such a block.
    """
    if value is None:
        return ""
    return block.plain_text(value) if isinstance(block, PageBlock) else text_of_fields(block, value)


def text_of_fields(block: blocks.Block, value: Any) -> str:
    """Return the plain text of a value from the fields that it is made of. What no rule knows is refused, not left out.

    Raises:
        TypeError: a field is of a type of which nobody has said what the eye reads in it.
    """
    if isinstance(block, SILENT):
        return ""
    if isinstance(block, blocks.RichTextBlock):
        return without_markup(value.source if isinstance(value, RichText) else str(value))
    if isinstance(block, WORDS):
        return _on_one_line(str(value))
    if isinstance(block, NUMBERS):
        return figure(value)
    if isinstance(block, blocks.ListBlock):
        return joined(text_of(block.child_block, item) for item in value)
    if isinstance(block, blocks.StructBlock) and isinstance(value, Mapping):
        return joined(text_of(child, value.get(name)) for name, child in block.child_blocks.items())
    raise TypeError(f"{type(block).__name__} must say itself what the eye reads in it: plain_text()")


def without_markup(html: str) -> str:
    """Return the words of HTML, on one line."""
    return _on_one_line(unescape(strip_tags(re.sub(r"<br\s*/?>|</(?:p|li|h\d|blockquote|td|th|tr|div)>", " ", html))))


def joined(texts: Iterable[str]) -> str:
    """Return texts one after the other, without the empty ones."""
    return " ".join(text for text in texts if text)


def _on_one_line(words: str) -> str:
    return re.sub(r"\s+", " ", CITATION.sub("", words)).strip()
