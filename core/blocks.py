"""StreamField blocks that any page may use. Each has a description and a preview value: the styleguide renders them all."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.rich_text import RichText

# "[3]" after a figure: a link to the third source, noise in a search result.
CITATION = re.compile(r"\s*\[\d+\]")
TEXT_FEATURES = ["bold", "italic", "h3", "ol", "ul", "link"]


class TextBlock(blocks.RichTextBlock):
    """Paragraphs and lists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "blocks/rich_text.html"
        description = _("Paragraphs, lists and links.")
        preview_value = "<p>A short paragraph with a <a href='#source-1'>[1]</a> citation.</p>"


class HeadingBlock(blocks.CharBlock):
    """A second-level heading."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "blocks/heading.html"
        description = _("A heading between parts of the page.")
        preview_value = "What the figure counts"


class CalloutBlock(blocks.StructBlock):
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


class SourceFieldsBlock(blocks.StructBlock):
    """What every figure must say of its origin."""

    as_of = blocks.CharBlock(label=_("as of"), max_length=80, help_text=_("The date the figures speak of."))
    source = blocks.CharBlock(label=_("source"), max_length=200)
    source_url = blocks.URLBlock(label=_("address of the source"), required=False)
    note = blocks.CharBlock(label=_("note"), max_length=300, required=False)


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


class SourcesBlock(blocks.ListBlock):
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


def plain_text(value: Any) -> str:
    """Return the readable words of a block value, without markup, for search."""
    if isinstance(value, RichText):
        value = value.source
    if isinstance(value, str):
        words = unescape(strip_tags(re.sub(r"</(p|li|h3)>", " ", value)))
        return re.sub(r"\s+", " ", CITATION.sub("", words)).strip()
    if isinstance(value, blocks.StreamValue):
        return " ".join(plain_text(child.value) for child in value if child.block_type not in {"sources", "check"})
    if isinstance(value, dict):
        return " ".join(plain_text(value[name]) for name in ("title", "text", "note") if name in value)
    return ""
