"""The check of the invariant can fail: each thing that must never be is found when it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.invariant import Found, FoundEnrolment, Ledger, violations

COURSE, FIRST, SECOND = "course", "first", "second"
GOOD = FoundEnrolment(learner=1, course=COURSE, run=7, bits=0b11, needed=0b11, completed=True, live=1, named=1)
OTHER = FoundEnrolment(learner=2, course=COURSE, run=7, bits=0b01, needed=0b11, completed=False, live=0, named=0)
FOUND = Found([GOOD, OTHER], {COURSE: {FIRST: 0, SECOND: 1}}, folded={(7, 0): 1}, waiting={(7, 0): 1, (7, 1): 1})


def ledgers() -> list[Ledger]:
    first, second = Ledger(1), Ledger(2)
    first.note(COURSE, [FIRST, SECOND], completed=True)
    second.note(COURSE, [FIRST])
    return [first, second]


def test_what_is_as_it_must_be_passes() -> None:
    assert violations(FOUND, ledgers()) == []


def test_what_was_stored_and_not_acknowledged_is_no_loss() -> None:
    assert violations(FOUND, [Ledger(1), Ledger(2)]) == []


def test_a_step_taken_back_by_an_erasure_is_counted_away() -> None:
    assert violations(replace(FOUND, folded={(7, 0): 2, (7, 1): 2}, waiting={(7, 1): -1}), ledgers()) == []


@pytest.mark.parametrize(
    ("enrolments", "words"),
    [
        ([replace(GOOD, bits=0b01, completed=False, live=0, named=0), OTHER], "1 steps of course are kept; they are not"),
        ([OTHER], "2 steps of course are kept; they are not"),
        ([replace(GOOD, completed=False, live=0, named=0), OTHER], "has done everything in course, which is not completed"),
        ([replace(GOOD, completed=False, live=0, named=0), OTHER], "was told that course is completed; it is not"),
        ([GOOD, GOOD, OTHER], "is enrolled 2 times"),
        ([replace(GOOD, live=2), OTHER], "has 2 certificates"),
        ([replace(GOOD, named=2), OTHER], "2 with a name"),
        ([replace(GOOD, live=0, named=0), OTHER], "has completed course and has 0 certificates"),
        ([GOOD, replace(OTHER, live=1, named=1)], "has a certificate of course, which is not completed"),
        ([GOOD, replace(OTHER, bits=0)], "step 0 of run 7 is counted 2 times and done by 1"),
    ],
)
def test_what_must_never_be_is_found(enrolments: list[FoundEnrolment], words: str) -> None:
    assert any(words in sentence for sentence in violations(replace(FOUND, enrolments=enrolments), ledgers()))


@pytest.mark.parametrize("waiting", [{(7, 0): 1}, {(7, 0): 1, (7, 1): 2}, {(7, 0): 1, (7, 1): 1, (8, 0): 1}], ids=str)
def test_a_count_that_is_not_the_bits_is_found(waiting: dict[tuple[int, int], int]) -> None:
    assert any("is counted" in sentence for sentence in violations(replace(FOUND, waiting=waiting), ledgers()))
