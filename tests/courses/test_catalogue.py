"""The catalogue: what its filters leave, the numbers behind their choices, and what an empty list says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from core.topics import Topic
from tests.factories import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue() -> str:
    """Two courses in Spanish, of different topics."""
    for number, topic in enumerate((Topic.HEALTH, Topic.FINANCE)):
        course = make_course(title=f"Curso {number}")
        course.topic = topic
        course.save()
    return "/es/courses/"


def page_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def options(html: str, name: str) -> dict[str, str]:
    (select,) = re.findall(rf'<select id="f-{name}".*?</select>', html)
    return dict(re.findall(r'<option value="(\w*)"[^>]*>([^<]*)</option>', select))


def test_choices_say_how_many_courses_they_leave(client: Client, catalogue: str) -> None:
    html = page_of(client, catalogue)
    assert options(html, "topic").keys() == {"", "health", "finance"}, "and what leaves none is no choice"
    assert options(html, "topic")["health"].endswith("(1)")
    assert options(html, "language") == {"": "Cualquier idioma", "es": "Español (2)"}


def test_numbers_follow_the_other_filters(client: Client, catalogue: str) -> None:
    html = page_of(client, f"{catalogue}?topic=health")
    assert options(html, "language")["es"] == "Español (1)"
    assert options(html, "topic")["finance"].endswith("(1)"), "and not their own"


@pytest.mark.parametrize("query", ["language=fr", "topic=skills", "topic=health&hours=long"])
def test_a_filter_never_claims_that_there_are_no_courses(client: Client, catalogue: str, query: str) -> None:
    html = page_of(client, f"{catalogue}?{query}")
    assert "Ningún curso coincide con estos filtros" in html
    assert "Todavía no hay cursos" not in html
    assert f'href="{catalogue}"' in html, "a way out"


def test_the_chosen_value_stays_a_choice(client: Client, catalogue: str) -> None:
    assert options(page_of(client, f"{catalogue}?language=fr"), "language")["fr"].endswith("(0)")


def test_a_catalogue_without_courses_says_so(client: Client) -> None:
    assert "Curso 0" not in (html := page_of(client, "/es/courses/"))
    assert "Todavía no hay cursos" in html


def test_a_course_in_another_language_is_shown_and_says_in_which(client: Client, catalogue: str) -> None:
    html: Any = page_of(client, "/en/courses/")
    assert "Curso 0" in html
    assert "Español</" in html or "Español <" in html
