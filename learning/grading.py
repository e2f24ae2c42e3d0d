"""How an assessment is graded. Pure: a paper, answers, a result.

When a question counts, its type says (`courses.question_types`). To pass is to reach the mark: 65 of 100 itself passes
(INDES writes "above 65" in one place and "65 not reached fails" in another; the second reading is taken).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courses.question_types import Answer, FrozenQuestion
from learning.frozen_paper import FrozenPaper

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Grade:
    """The result of one attempt: questions right, of how many, percent rounded down, and what it amounts to."""

    right: int
    total: int
    score: int
    passed: bool
    honours: bool


def is_right(question: FrozenQuestion, answer: Answer) -> bool:
    """Whether a question of a frozen paper was answered right."""
    return question.type.is_right(question.key, answer)


def reaches(right: int, total: int, mark: int) -> bool:
    """Whether `right` of `total` is `mark` percent or more, compared exactly."""
    return total > 0 and 100 * right >= mark * total


def grade(paper: FrozenPaper, answers: Answers) -> Grade:
    """Grade answers against a frozen paper. A question without an answer is not right."""
    right = sum(is_right(question, answers.get(question.id, ())) for question in paper.questions)
    total = len(paper.questions)
    return Grade(
        right=right,
        total=total,
        score=100 * right // total if total else 0,
        passed=reaches(right, total, paper.rule.pass_mark),
        honours=reaches(right, total, paper.rule.honours_mark),
    )


def course_grade(best_scores: Sequence[int]) -> int | None:
    """The grade of a course: the mean of the best score of each assessment, rounded down; None without assessments."""
    return sum(best_scores) // len(best_scores) if best_scores else None


def is_honours(scores: Sequence[tuple[int, int]]) -> bool:
    """Whether a course is passed with honours: the mean score reaches the mean honours mark of its assessments.

    Args:
        scores: the best score of each assessment with its honours mark, in percent.
    """
    return bool(scores) and sum(score for score, _mark in scores) >= sum(mark for _score, mark in scores)
