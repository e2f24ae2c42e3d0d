"""Footnotes: each mark leads to its note and back; what is missing, doubled or in the wrong place is said in a sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks import StreamBlock

from knowledge.blocks import BoxBlock, PublicationHeadingBlock
from knowledge.notes import linked, marks_in, problems, without_marks
from tests.knowledge.bodies import body, chart, footnotes, table, text

pytestmark = pytest.mark.usefixtures("in_english")


def test_a_mark_becomes_a_link_with_a_name_and_a_way_back() -> None:
    html = linked("<p>So it is.[^1] And so.[^b2]</p>")
    assert '<a id="note-1-back" href="#note-1" role="doc-noteref" aria-label="Footnote 1">1</a>' in html
    assert '<a id="note-b2-back" href="#note-b2"' in html
    assert "[^" not in html
    assert marks_in("<p>So it is.[^1] And so.[^b2]</p>") == ["1", "b2"]
    assert without_marks("So it is.[^1]") == "So it is."


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://x.org/[^1]">x</a>',
        '<img alt="[^1]" src="x">',
        "<img\nalt='[^1]'>",
        '<div aria-label="What [^1] shows"></div>',
        '<svg viewBox="0 0 1 1"><text>[^1]</text></svg>',
    ],
)
def test_attributes_and_pictures_are_left_alone(html: str) -> None:
    assert linked(html) == html
    assert marks_in(html) == []


@pytest.mark.parametrize("like", ["[^]", "[^ 1]", "[^12345]", "[^A]", "[^é]", "[^1", "[1]", "^1", "[^<b>1</b>]", "[^-1]"])
def test_what_only_looks_like_a_mark_stays_as_it_was_typed(like: str) -> None:
    assert linked(like) == like


@given(st.text(alphabet="[]^<>\"'&/=a1 script", max_size=60))
def test_no_text_can_become_markup_that_was_not_there(typed: str) -> None:
    """Escaped text stays escaped: the only tags that appear are those of the links."""
    from django.utils.html import escape

    html = linked(escape(typed))
    without_links = re.sub(
        r'<sup class="note-mark"><a id="note-[0-9a-z]+-back" href="#note-[0-9a-z]+" [^<>]*>[0-9a-z]+</a></sup>', "", html
    )
    assert "<" not in without_links
    assert ">" not in without_links


def test_a_body_in_order_has_no_problems() -> None:
    fine = body(
        text("<p>One.[^1]</p>"),
        {"type": "box", "value": {"title": "How", "text": "<p>Two.[^2]</p>"}},
        {"type": "quotation", "value": {"text": "Three.[^3]", "attribution": "Ana"}},
        table("a\tb\nx[^4]\t1"),
        chart(note="Five.[^5]"),
        text('<p><a href="https://example.org/[^9]">Address</a></p>'),
        footnotes(("1", "<p>a[^n]</p>"), ("2", "b"), ("3", "c"), ("4", "d"), ("5", "e"), ("n", "A note to a note.")),
    )
    assert problems(fine) == []


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ([text("<p>One.[^1]</p>")], ["The footnote [^1] is marked in the text but has no note."]),
        ([text("<p>One.</p>"), footnotes(("1", "a"))], ["The footnote [^1] has a note but no mark in the text."]),
        ([text("<p>One.[^1] Two.[^1]</p>"), footnotes(("1", "a"))], ["The footnote [^1] is marked more than once."]),
        ([text("<p>One.[^1]</p>"), footnotes(("1", "See [^1]."))], ["The footnote [^1] is marked more than once."]),
        ([text("<p>One.[^1]</p>"), footnotes(("1", "a"), ("1", "b"))], ["There are two notes [^1]."]),
        ([text("<p>One.[^1]</p>"), footnotes(("1", "a")), footnotes(("1", "b"))], ["There are two notes [^1]."]),
        (
            [{"type": "heading", "value": "Why[^1]"}, footnotes(("1", "a"))],
            ["The footnote [^1] stands in a heading, a chart or a link. Put it into the text."],
        ),
        (
            [chart(title="T[^1]"), footnotes(("1", "a"))],
            ["The footnote [^1] stands in a heading, a chart or a link. Put it into the text."],
        ),
        (
            [chart("País\tCosto\nPerú[^1]\t4"), footnotes(("1", "a"))],
            ["The footnote [^1] stands in a heading, a chart or a link. Put it into the text."],
        ),
        (
            [text('<p><a href="https://x.org">There [^1]</a></p>'), footnotes(("1", "a"))],
            ["The footnote [^1] stands in a heading, a chart or a link. Put it into the text."],
        ),
        (
            [text("<p>One.[^Nota] Two.[^12345]</p>")],
            [
                "“[^Nota]” is no footnote mark. Write it with one to four digits or small letters, as in [^1].",
                "“[^12345]” is no footnote mark. Write it with one to four digits or small letters, as in [^1].",
            ],
        ),
    ],
)
def test_loose_ends_are_said_in_a_sentence(blocks: list[dict[str, object]], says: list[str]) -> None:
    assert problems(body(*blocks)) == says


def test_each_block_says_where_marks_may_stand_whatever_it_is_called() -> None:
    """A heading under another name is a heading: no name of a block stands in the rule."""
    block = StreamBlock([("part", PublicationHeadingBlock()), ("aside", BoxBlock())])
    stream = block.to_python([{"type": "part", "value": "Why[^1]"}, {"type": "aside", "value": {"title": "How[^2]", "text": "<p>So.</p>"}}])
    assert problems(stream) == [
        "The footnote [^2] is marked in the text but has no note.",
        "The footnote [^1] stands in a heading, a chart or a link. Put it into the text.",
    ]
