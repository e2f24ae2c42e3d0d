"""The demo's content files: both languages say the same, every figure has its source, every lesson is worth its minutes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from core.demo import CONTENT as PAGES
from core.seeding import load
from courses.demo import CONTENT, COURSES
from knowledge.demo import CONTENT as WORKS

LESSONS = sorted(path for path in CONTENT.glob("*/es/*.yaml") if path.name != "course.yaml")
PAIRED = [*LESSONS, *sorted(CONTENT.glob("*/es/course.yaml")), *sorted(WORKS.glob("es/*.yaml")), *sorted(PAGES.glob("es/*.yaml"))]


def name(path: Path) -> str:
    return "/".join(path.parts[-3:])


def in_english(path: Path) -> Path:
    return path.parent.parent / "en" / path.name


def shape(value: Any, key: str = "") -> Any:
    """What must be equal in two languages: structure, slugs, keys and marks, but no words."""
    if isinstance(value, dict):
        return {name: shape(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item, key) for item in value]
    if isinstance(value, str):
        return value if key in {"slug", "key", "kind", "type", "tone", "topic", "access", "url", "source_url", "work"} else bool(value)
    return value


def words(content: dict[str, Any]) -> int:
    """Words of running text: title, lead, text, callouts and checks; not tables, charts or sources."""

    def of(value: Any) -> str:
        if isinstance(value, dict):
            return " ".join(of(item) for item in value.values())
        if isinstance(value, list):
            return " ".join(of(item) for item in value)
        return value if isinstance(value, str) else ""

    text = " ".join(of(block["value"]) for block in content["body"] if block["type"] in {"rich_text", "callout", "check", "heading"})
    return len(re.sub(r"<[^>]+>|\[\d+\]", " ", f"{content['title']} {content['lead']} {text}").split())


@pytest.mark.parametrize("path", PAIRED, ids=name)
def test_both_languages_have_the_same_shape(path: Path) -> None:
    assert shape(load(path)) == shape(load(in_english(path)))


@pytest.mark.parametrize("path", [p for es in LESSONS for p in (es, in_english(es)) if load(es)["kind"] == "lesson"], ids=name)
def test_a_lesson_has_500_to_800_words_a_check_and_its_sources(path: Path) -> None:
    content = load(path)
    assert 500 <= words(content) <= 800
    assert len(content["lead"]) <= 255
    assert [block["type"] for block in content["body"]].count("sources") == 1
    assert any(block["type"] == "check" for block in content["body"])


@pytest.mark.parametrize("path", [p for es in [*LESSONS, *WORKS.glob("es/*.yaml")] for p in (es, in_english(es))], ids=name)
def test_every_citation_leads_to_a_source_and_nothing_is_made_of_placeholders(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    content = load(path)
    cited = {int(number) for number in re.findall(r"#source-(\d+)", text)}
    listed = sum(len(block["value"]) for block in content.get("body", []) if block["type"] == "sources")
    assert cited <= set(range(1, listed + 1))
    assert "~" not in re.sub(r"https?://\S+", "", text)


@pytest.mark.parametrize("path", [es for es in LESSONS if load(es)["kind"] == "assessment"], ids=name)
def test_an_assessment_asks_six_to_eight_questions_and_the_place_of_the_answer_says_nothing(path: Path) -> None:
    questions = load(path)["questions"]
    assert 6 <= len(questions) <= 8
    assert sum(question["kind"] == "multiple" for question in questions) >= 2
    for question in questions:
        right = [option["key"] for option in question["options"] if option["correct"]]
        assert len(right) == 1 if question["kind"] == "single" else len(right) >= 2
    first = [question["options"][0]["correct"] for question in questions]
    assert not all(first)


def test_the_foundations_course_is_what_was_promised() -> None:
    course = load(CONTENT / COURSES[0] / "es" / "course.yaml")
    steps = [load(CONTENT / COURSES[0] / "es" / f"{step}.yaml") for module in course["modules"] for step in module["steps"]]
    assert len(course["modules"]) == 4
    assert [step["kind"] for step in steps].count("lesson") == 12
    assert [step["kind"] for step in steps].count("assessment") == 3
    assert 80 <= sum(step["minutes"] for step in steps) <= 120
