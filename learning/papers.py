"""The paper of an attempt: frozen when it starts, drawn per person, in every language that has the same questions.

What is shown before submission never holds the key; what is shown afterwards holds it only when no further attempt
could profit from it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from courses.models import AssessmentPage
from courses.outline import AssessmentRule
from courses.question_types import AnswerMalformed, FrozenQuestion, ShownQuestion, type_of
from learning.errors import AnswersMalformed
from learning.frozen_paper import FrozenPaper, from_json
from learning.grading import Answers, grade, is_right
from learning.models import Attempt


def freeze(pages: Sequence[AssessmentPage], rule: AssessmentRule, language: str, seed: int) -> FrozenPaper:
    """Return the paper drawn from the live language versions of an assessment.

    Args:
        pages: the live pages of the assessment; the one in `language` leads, or the first.
        rule: marks and attempts that were agreed with the learner.
        seed: decides the order of questions and options; kept in the paper, so that it can be drawn again.
    """
    leading = next((page for page in pages if page.locale.language_code == language), pages[0])
    draw = random.Random(seed)  # noqa: S311 - an order, not a secret
    keys = [(block, type_of(block.block_type, block.value).freeze(block.value, draw)) for block in leading.questions]
    draw.shuffle(keys)
    versions = {page.locale.language_code: {block.id: block for block in page.questions} for page in pages}
    questions = tuple(_frozen(block, key, versions) for block, key in keys)
    return FrozenPaper(seed, leading.locale.language_code, rule, questions)


def _frozen(block: Any, key: dict[str, Any], versions: dict[str, dict[str, Any]]) -> FrozenQuestion:
    """Return a question with the words of every language that has this very question."""
    kind, texts = type_of(block.block_type, block.value), {}
    for language, questions in versions.items():
        other = questions.get(block.id)
        if other is None or other.block_type != block.block_type:
            continue
        words = kind.words(other.value)
        if kind.fits(key, words):
            texts[language] = words
    return FrozenQuestion(block.id, kind, key, texts)


def clean_answers(paper: FrozenPaper, answers: Any) -> dict[str, list[str]]:
    """Return answers as they are stored, each as its type keeps it.

    Raises:
        AnswersMalformed: anything that is not in the paper, or no answer to its question.
    """
    if not isinstance(answers, dict):
        raise AnswersMalformed
    questions = {question.id: question for question in paper.questions}
    cleaned = {}
    for question_id, given in answers.items():
        question = questions.get(question_id)
        if question is None or not isinstance(given, list) or not all(isinstance(word, str) for word in given):
            raise AnswersMalformed
        try:
            cleaned[question_id] = question.type.clean(question.key, given)
        except AnswerMalformed as error:
            raise AnswersMalformed from error
    return cleaned


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


def _shown(paper: FrozenPaper, question: FrozenQuestion, answers: Answers, language: str, *, shows_key: bool) -> ShownQuestion:
    words = question.words_in(language, paper.language)
    return question.type.shown(question, words, answers.get(question.id, []), shows_key)


def paper_for_display(attempt: Attempt, language: str) -> Paper:
    """Return an open attempt's paper in a language, with the answers so far and nothing of the key.

    Raises:
        VersionUnknown: this release cannot read the paper.
    """
    paper = from_json(attempt.paper)
    shown = [_shown(paper, question, attempt.answers, language, shows_key=False) for question in paper.questions]
    return Paper(shown, paper.rule.pass_mark, language)


def review_of(attempt: Attempt, language: str, *, shows_key: bool) -> Review:
    """Return a graded attempt: which questions were right, what is said about the options chosen, and perhaps the key.

    Args:
        shows_key: whether the right answers may be known, because no further attempt could profit from them
            (`AssessmentResult.is_settled`).

    Raises:
        VersionUnknown: this release cannot read the paper.
    """
    paper, answers = from_json(attempt.paper), attempt.answers
    result = grade(paper, answers)
    shown = [
        replace(_shown(paper, question, answers, language, shows_key=shows_key), right=is_right(question, answers.get(question.id, [])))
        for question in paper.questions
    ]
    return Review(shown, result.right, result.total, paper.rule.pass_mark, result.honours, shows_key)
