"""Grading is exact: the mark itself passes, and a question counts only with exactly the right options."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import AssessmentRule
from courses.question_types import MULTIPLE, SINGLE, FrozenQuestion
from learning.frozen_paper import FrozenPaper
from learning.grading import course_grade, grade, is_honours, is_right, reaches


def question(key: str, right: set[str], options: str = "abc") -> FrozenQuestion:
    frozen = {"options": [{"id": option, "correct": option in right} for option in options]}
    return FrozenQuestion(key, MULTIPLE if len(right) > 1 else SINGLE, frozen, {})


def paper(total: int, *, pass_mark: int = 65, honours_mark: int = 90) -> FrozenPaper:
    rule = AssessmentRule(pass_mark, honours_mark)
    return FrozenPaper(0, "es", rule, tuple(question(str(i), {"a"}) for i in range(total)))


def with_right(paper_: FrozenPaper, right: int) -> dict[str, list[str]]:
    return {q.id: ["a"] if i < right else ["b"] for i, q in enumerate(paper_.questions)}


@pytest.mark.parametrize(
    ("right", "total", "passes"),
    [
        (13, 20, True),
        (12, 20, False),
        (65, 100, True),
        (64, 100, False),
        (2, 3, True),
        (1, 3, False),
        (0, 0, False),
        (0, 1, False),
        (1, 1, True),
    ],
)
def test_sixty_five_itself_passes_and_less_does_not(right: int, total: int, passes: bool) -> None:
    assert reaches(right, total, 65) is passes
    sheet = paper(total)
    assert grade(sheet, with_right(sheet, right)).passed is passes


def test_a_score_that_rounds_up_to_the_mark_does_not_reach_it() -> None:
    # 649 of 1,000 is 64.9%; 651 of 1,000 shows as 65 and passes.
    assert not reaches(649, 1000, 65)
    assert reaches(650, 1000, 65)


def test_two_thirds_do_not_reach_sixty_seven() -> None:
    sheet = paper(3, pass_mark=67)
    result = grade(sheet, with_right(sheet, 2))
    assert (result.score, result.passed) == (66, False)


@pytest.mark.parametrize(
    ("chosen", "right"),
    [
        (["a", "b"], True),
        (["b", "a"], True),
        (["a"], False),
        (["b"], False),
        (["a", "b", "c"], False),
        (["c"], False),
        ([], False),
        (["a", "a", "b"], True),
    ],
)
def test_a_multiple_choice_counts_with_exactly_the_right_set(chosen: list[str], right: bool) -> None:
    assert is_right(question("q", {"a", "b"}), chosen) is right


def test_a_question_without_an_answer_is_not_right() -> None:
    sheet = paper(4)
    result = grade(sheet, {"0": ["a"]})
    assert (result.right, result.total, result.score, result.passed) == (1, 4, 25, False)


def test_answers_to_other_questions_count_for_nothing() -> None:
    sheet = paper(2)
    assert grade(sheet, {"x": ["a"], "y": ["a"]}).right == 0


def test_honours_need_the_honours_mark_itself() -> None:
    sheet = paper(10)
    assert grade(sheet, with_right(sheet, 9)).honours
    assert not grade(sheet, with_right(sheet, 8)).honours
    assert grade(sheet, with_right(sheet, 8)).passed


def test_an_empty_paper_is_never_passed() -> None:
    result = grade(paper(0), {})
    assert (result.score, result.passed, result.honours) == (0, False, False)


@given(right=st.integers(0, 300), more=st.integers(0, 300), mark=st.integers(1, 100))
def test_passing_and_the_score_shown_never_contradict_each_other(right: int, more: int, mark: int) -> None:
    total = right + more
    if not total:
        return
    # The score is rounded down and the mark is whole, so "score >= mark" says the same as the exact comparison.
    assert reaches(right, total, mark) == (100 * right // total >= mark)
    assert 0 <= 100 * right // total <= 100


@pytest.mark.parametrize(("scores", "expected"), [([], None), ([70], 70), ([70, 75], 72), ([65, 65, 66], 65), ([100, 100], 100)])
def test_the_grade_of_a_course_is_the_mean_rounded_down(scores: list[int], expected: int | None) -> None:
    assert course_grade(scores) == expected


@pytest.mark.parametrize(
    ("scores", "honours"),
    [
        ([], False),
        ([(90, 90)], True),
        ([(89, 90)], False),
        ([(100, 90), (80, 90)], True),
        ([(100, 90), (79, 90)], False),
        ([(80, 80), (95, 95)], True),
    ],
)
def test_a_course_is_passed_with_honours_on_the_mean(scores: list[tuple[int, int]], honours: bool) -> None:
    assert is_honours(scores) is honours
