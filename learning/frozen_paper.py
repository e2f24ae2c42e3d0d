"""The frozen paper of an attempt as a value: read from what is stored, of each schema that was ever written. Pure.

Schema 2 names the type of each question. Schema 1 knew choices only, and said whether several options may be chosen (`multiple`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courses.outline import AssessmentRule
from courses.question_types import MULTIPLE, QUESTION_TYPES, SINGLE, FrozenQuestion
from foundation.versions import VersionUnknown, known_version

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class FrozenPaper:
    """A paper with its key. `language` is the one it was started in, which every question has.

    `seed` decided the order of questions and options: with it the paper can be drawn again.
    """

    seed: int
    language: str
    rule: AssessmentRule
    questions: tuple[FrozenQuestion, ...]


def to_json(paper: FrozenPaper) -> dict[str, Any]:
    """Return the stored form of a paper."""
    return {
        "schema": SCHEMA,
        "seed": paper.seed,
        "language": paper.language,
        "rule": asdict(paper.rule),
        "questions": [
            {"id": question.id, "type": question.type.name, **question.key, "texts": dict(question.texts)} for question in paper.questions
        ],
    }


def from_json(stored: Mapping[str, Any]) -> FrozenPaper:
    """Read a stored paper.

    Raises:
        VersionUnknown: its schema, or the type of one of its questions, is not one that this release knows.
    """
    if known_version("paper", stored, (1, SCHEMA)) == 1:
        stored = _raised(stored)
    return FrozenPaper(
        seed=stored["seed"],
        language=stored["language"],
        rule=AssessmentRule(**stored["rule"]),
        questions=tuple(_question(question) for question in stored["questions"]),
    )


def _raised(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a paper of schema 1 as schema 2 would have written it."""
    questions = []
    for question in stored["questions"]:
        rest = {name: value for name, value in question.items() if name != "multiple"}
        questions.append({**rest, "type": (MULTIPLE if question["multiple"] else SINGLE).name})
    return {**stored, "schema": 2, "questions": questions}


def _question(stored: Mapping[str, Any]) -> FrozenQuestion:
    kind = QUESTION_TYPES.get(stored["type"])
    if kind is None:
        raise VersionUnknown("type of question", stored["type"])
    key = {name: value for name, value in stored.items() if name not in ("id", "type", "texts")}
    return FrozenQuestion(stored["id"], kind, key, stored["texts"])
