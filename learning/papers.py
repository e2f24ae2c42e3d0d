"""The paper of an attempt: frozen when it starts, drawn per person, in every language that has the same questions.

What is shown before submission never holds the key; what is shown afterwards holds it only when no further attempt
could profit from it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courses.models import AssessmentPage
from courses.outline import AssessmentRule
from learning.errors import AnswersMalformed
from learning.grading import grade, is_right
from learning.models import Attempt

SCHEMA = 1


def freeze(pages: Sequence[AssessmentPage], rule: AssessmentRule, language: str, seed: int) -> dict[str, Any]:
    """Return the paper drawn from the live language versions of an assessment.

    Args:
        pages: the live pages of the assessment; the one in `language` leads, or the first.
        rule: marks and attempts that were agreed with the learner.
        seed: decides the order of questions and options; kept in the paper, so that it can be drawn again.
    """
    leading = next((page for page in pages if page.locale.language_code == language), pages[0])
    draw = random.Random(seed)  # noqa: S311 - an order, not a secret
    questions = [_freeze_question(block, draw) for block in leading.questions]
    draw.shuffle(questions)
    texts = {page.locale.language_code: _texts(page) for page in pages}
    for question in questions:
        question["texts"] = {code: known[question["id"]] for code, known in texts.items() if _fits(question, known.get(question["id"]))}
    return {
        "schema": SCHEMA,
        "seed": seed,
        "language": leading.locale.language_code,
        "rule": {"pass_mark": rule.pass_mark, "honours_mark": rule.honours_mark, "attempts_allowed": rule.attempts_allowed},
        "questions": questions,
    }


def _freeze_question(block: Any, draw: random.Random) -> dict[str, Any]:
    options = [{"id": option.id, "correct": bool(option.value["correct"])} for option in block.value["options"].bound_blocks]
    draw.shuffle(options)
    return {"id": block.id, "multiple": bool(block.value["multiple"]), "options": options}


def _texts(page: AssessmentPage) -> dict[str, Any]:
    return {
        block.id: {
            "text": block.value["text"],
            "explanation": block.value["explanation"],
            "options": {
                option.id: {"text": option.value["text"], "feedback": option.value["feedback"]}
                for option in block.value["options"].bound_blocks
            },
        }
        for block in page.questions
    }


def _fits(question: dict[str, Any], text: dict[str, Any] | None) -> bool:
    """Whether a language has this very question with these very options."""
    return text is not None and {option["id"] for option in question["options"]} == set(text["options"])


def clean_answers(paper: dict[str, Any], answers: Any) -> dict[str, list[str]]:
    """Return answers as they are stored: known questions, known options, each once, in the paper's order.

    Raises:
        AnswersMalformed: anything that is not in the paper, or two options for a single-choice question.
    """
    if not isinstance(answers, dict):
        raise AnswersMalformed
    questions = {question["id"]: question for question in paper["questions"]}
    cleaned = {}
    for question_id, chosen in answers.items():
        question = questions.get(question_id)
        if question is None or not isinstance(chosen, list) or not all(isinstance(option, str) for option in chosen):
            raise AnswersMalformed
        known = [option["id"] for option in question["options"]]
        if set(chosen) - set(known) or (not question["multiple"] and len(set(chosen)) > 1):
            raise AnswersMalformed
        cleaned[question_id] = [option for option in known if option in chosen]
    return cleaned


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as the learner sees it. `correct` and `feedback` are empty unless they may be known."""

    id: str
    text: str
    chosen: bool
    correct: bool = False
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as the learner sees it."""

    id: str
    text: str
    multiple: bool
    options: list[ShownOption]
    right: bool = False
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """An open paper: nothing of the key."""

    questions: list[ShownQuestion]
    pass_mark: int
    language: str


@dataclass(frozen=True, slots=True)
class Review:
    """A graded paper. The key is shown when the attempt passed or no attempt is left."""

    questions: list[ShownQuestion]
    right: int
    total: int
    pass_mark: int
    honours: bool
    shows_key: bool


def _text_in(question: dict[str, Any], paper: dict[str, Any], language: str) -> dict[str, Any]:
    text: dict[str, Any] = question["texts"].get(language) or question["texts"][paper["language"]]
    return text


def paper_for_display(attempt: Attempt, language: str) -> Paper:
    """Return an open attempt's paper in a language, with the answers so far and nothing of the key."""
    paper, answers = attempt.paper, attempt.answers
    shown = []
    for question in paper["questions"]:
        text = _text_in(question, paper, language)
        chosen = answers.get(question["id"], [])
        options = [
            ShownOption(option["id"], text["options"][option["id"]]["text"], option["id"] in chosen) for option in question["options"]
        ]
        shown.append(ShownQuestion(question["id"], text["text"], question["multiple"], options))
    return Paper(shown, paper["rule"]["pass_mark"], language)


def review_of(attempt: Attempt, language: str, *, shows_key: bool) -> Review:
    """Return a graded attempt: which questions were right, what is said about the options chosen, and perhaps the key.

    Args:
        shows_key: whether the right answers may be known, because no further attempt could profit from them
            (`AssessmentResult.is_settled`).
    """
    paper, answers = attempt.paper, attempt.answers
    result = grade(paper, answers)
    shown = []
    for question in paper["questions"]:
        text = _text_in(question, paper, language)
        chosen = answers.get(question["id"], [])
        options = [_reviewed(option, text["options"][option["id"]], option["id"] in chosen, shows_key) for option in question["options"]]
        explanation = text["explanation"] if shows_key else ""
        shown.append(ShownQuestion(question["id"], text["text"], question["multiple"], options, is_right(question, chosen), explanation))
    return Review(shown, result.right, result.total, paper["rule"]["pass_mark"], result.honours, shows_key)


def _reviewed(option: dict[str, Any], text: dict[str, str], chosen: bool, shows_key: bool) -> ShownOption:
    # Also the comment on a wrong answer can name the right one: none is shown before the key.
    feedback = text["feedback"] if shows_key and (chosen or option["correct"]) else ""
    return ShownOption(option["id"], text["text"], chosen, shows_key and option["correct"], feedback)
