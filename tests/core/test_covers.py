"""Covers: the same drawing every time, small, safe to inline, and different enough to tell apart."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.covers import FAMILIES, TOPIC_COLOURS, cover_svg, family_of

ROOT = Path(__file__).resolve().parents[2]
SLUGS = [f"course-{number}" for number in range(120)]
SIZES = [(640, 240), (144, 192), (1200, 630), (960, 200)]


def example_of(family: str) -> str:
    return next(slug for slug in SLUGS if family_of(slug) == family)


def test_the_same_slug_is_drawn_the_same_way() -> None:
    cover_svg.cache_clear()
    first = cover_svg("health", "acceso-a-la-salud")
    cover_svg.cache_clear()
    assert cover_svg("health", "acceso-a-la-salud") == first


def test_a_cover_once_published_does_not_change_family() -> None:
    assert {slug: family_of(slug) for slug in ("fundamentos", "puente", "remesas")} == {
        "fundamentos": "truss",
        "puente": "arches",
        "remesas": "rope",
    }


def test_every_family_is_drawn_and_none_dominates() -> None:
    counts = {name: sum(family_of(slug) == name for slug in SLUGS) for name, _draw, _shore in FAMILIES}
    assert min(counts.values()) >= 8
    assert max(counts.values()) <= 40


def test_no_two_of_a_hundred_are_alike() -> None:
    assert len({cover_svg("finance", slug) for slug in SLUGS}) == len(SLUGS)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("standalone", [False, True])
@pytest.mark.parametrize("family", [name for name, _draw, _shore in FAMILIES])
def test_small_well_formed_and_without_anything_a_strict_policy_forbids(family: str, standalone: bool, size: tuple[int, int]) -> None:
    width, height = size
    svg = cover_svg("skills", example_of(family), width=width, height=height, standalone=standalone)
    ElementTree.fromstring(svg)
    # 2 kB on a card; a wider picture holds more of the bridge.
    assert 500 < len(svg.encode()) <= (2048 if size == SIZES[0] and not standalone else 3072)
    assert not re.search(r"\b(id|style|href|on\w+)=|<style|<script|nan|inf", svg)
    assert f'width="{width}" height="{height}"' in svg


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(SIZES))
def test_any_slug_and_topic_can_be_drawn(slug: str, topic: str, size: tuple[int, int]) -> None:
    svg = cover_svg(topic, slug, width=size[0], height=size[1])
    ElementTree.fromstring(svg)
    assert 'class="cover topic-foundations"' in svg or topic in TOPIC_COLOURS


def test_inlined_covers_take_their_colours_from_the_page() -> None:
    assert "#" not in cover_svg("cohesion", "juventud")


def test_the_stylesheet_paints_every_shape() -> None:
    css = (ROOT / "static/css/components.css").read_text(encoding="utf-8")
    painted = set(re.findall(r"\.cover \.([a-z-]+)", css))
    drawn = {name for slug in SLUGS for name in re.findall(r'<path class="([^"]*)"', cover_svg("skills", slug))}
    assert drawn == painted


def test_standalone_covers_carry_their_colours_and_namespace() -> None:
    svg = cover_svg("cohesion", "juventud", standalone=True)
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert TOPIC_COLOURS["cohesion"] in svg
    assert "class=" not in svg
    assert "var(" not in svg


def test_decoration_is_silent_and_a_label_is_escaped() -> None:
    assert 'aria-hidden="true"' in cover_svg("finance", "x")
    labelled = cover_svg("finance", "x", label='A "bridge" & more')
    assert 'role="img" aria-label="A &quot;bridge&quot; &amp; more"' in labelled
    assert "aria-hidden" not in labelled


def test_literal_colours_are_those_of_the_stylesheet() -> None:
    css = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(\w+): (#\w+);", css))
    expected = {topic: tokens["accent" if topic == "foundations" else topic] for topic in TOPIC_COLOURS}
    assert expected == TOPIC_COLOURS
