"""The rules of progress: what is needed, when it is covered, how it is counted, and how it is said."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import AssessmentRule, OutlineDocument, OutlineModule, OutlineStep
from courses.step_types import ASSESSMENT, LESSON
from learning import policies
from learning.policies import AssessmentResult

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@dataclass
class Run:
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    late_days: int = 30


def document(*required: bool, minutes: int = 10) -> OutlineDocument:
    steps = tuple(OutlineStep(uuid.uuid4(), slot, LESSON, needed, minutes, {"es": f"Paso {slot}"}) for slot, needed in enumerate(required))
    return OutlineDocument({"es": "Curso"}, (OutlineModule(uuid.uuid4(), {"es": "Módulo"}, steps),))


def titles(doc: OutlineDocument) -> dict[uuid.UUID, str]:
    return {step.key: f"Step {step.slot}" for step in doc.steps}


def explain(
    doc: OutlineDocument,
    bits: int,
    waived: set[uuid.UUID] | None = None,
    results: dict[uuid.UUID, AssessmentResult] | None = None,
    completed: bool = False,
) -> str:
    with translation.override("en"):
        return policies.explain(doc, bits, waived or set(), results or {}, titles(doc), completed=completed)


# Completion


def test_everything_required_covers_and_nothing_less() -> None:
    needed = policies.required_mask(document(True, True, False), set())
    assert needed == 0b011
    assert policies.is_covered(0b011, needed)
    assert policies.is_covered(0b111, needed)
    assert not policies.is_covered(0b101, needed)


def test_an_empty_course_is_never_finished() -> None:
    empty = document()
    assert not policies.is_covered(0, policies.required_mask(empty, set()))
    assert not policies.is_covered(0b1111, policies.required_mask(empty, set()))
    assert policies.progress(empty, 0b1111, set()).percent == 0


def test_a_course_of_optional_steps_only_is_never_finished() -> None:
    optional = document(False, False)
    assert not policies.is_covered(0b11, policies.required_mask(optional, set()))


def test_a_course_whose_every_step_is_waived_is_never_finished() -> None:
    doc = document(True, True)
    assert not policies.is_covered(0b11, policies.required_mask(doc, {step.key for step in doc.steps}))


def test_a_waived_step_is_not_needed_and_not_counted() -> None:
    doc = document(True, True)
    waived = {doc.steps[1].key}
    assert policies.is_covered(0b01, policies.required_mask(doc, waived))
    assert policies.progress(doc, 0b01, waived) == policies.Progress(done=1, total=1, percent=100, minutes_left=0)


# Counting


@given(required=st.lists(st.booleans(), max_size=60), bits=st.integers(0, 2**70), data=st.data())
def test_percent_is_a_hundred_exactly_when_covered_and_never_passes_it(required: list[bool], bits: int, data: st.DataObject) -> None:
    doc = document(*required)
    waived = {step.key for step in doc.steps if data.draw(st.booleans())} if len(doc.steps) < 12 else set()
    shown = policies.progress(doc, bits, waived)
    covered = policies.is_covered(bits, policies.required_mask(doc, waived))
    assert 0 <= shown.percent <= 100
    assert (shown.percent == 100) is covered
    assert 0 <= shown.done <= shown.total
    assert (shown.minutes_left == 0) is (shown.done == shown.total)


@given(required=st.lists(st.booleans(), max_size=40), before=st.integers(0, 2**45), more=st.integers(0, 2**45))
def test_more_bits_never_lower_the_percent(required: list[bool], before: int, more: int) -> None:
    doc = document(*required)
    assert policies.progress(doc, before | more, set()).percent >= policies.progress(doc, before, set()).percent


def test_999_of_1000_is_not_a_hundred() -> None:
    doc = document(*[True] * 1000)
    assert policies.progress(doc, (1 << 999) - 1, set()).percent == 99


def test_optional_steps_do_not_count_but_their_bits_are_no_harm() -> None:
    doc = document(True, False, True)
    assert policies.progress(doc, 0b010, set()) == policies.Progress(done=0, total=2, percent=0, minutes_left=20)


# Runs

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("run", "takes"),
    [
        (Run(), True),
        (Run(opens_at=NOW), True),
        (Run(opens_at=NOW + timedelta(seconds=1)), False),
        (Run(closes_at=NOW), False),
        (Run(closes_at=NOW + timedelta(seconds=1)), True),
        (Run(opens_at=NOW - DAY, closes_at=NOW + DAY), True),
        (Run(closes_at=NOW - DAY, late_days=30), False),
    ],
)
def test_people_enrol_between_opening_and_closing(run: Run, takes: bool) -> None:
    assert policies.takes_enrolments(run, NOW) is takes


@pytest.mark.parametrize(
    ("run", "takes"),
    [
        (Run(), True),
        (Run(closes_at=NOW - 29 * DAY), True),
        (Run(closes_at=NOW - 30 * DAY + timedelta(seconds=1)), True),
        (Run(closes_at=NOW - 30 * DAY), False),
        (Run(closes_at=NOW, late_days=0), False),
        (Run(closes_at=NOW + timedelta(seconds=1), late_days=0), True),
        (Run(opens_at=NOW + DAY), True),
    ],
)
def test_events_are_taken_until_the_days_of_grace_are_over(run: Run, takes: bool) -> None:
    assert policies.takes_events(run, NOW) is takes


# Attempts


@pytest.mark.parametrize(
    ("result", "left"),
    [
        (AssessmentResult(65, 90, 3), 3),
        (AssessmentResult(65, 90, 3, attempts_used=2), 1),
        (AssessmentResult(65, 90, 3, attempts_used=2, is_open=True), 0),
        (AssessmentResult(65, 90, 3, attempts_used=5), 0),
        (AssessmentResult(65, 90, 0, attempts_used=50), None),
    ],
)
def test_attempts_left(result: AssessmentResult, left: int | None) -> None:
    assert result.attempts_left == left


# Explaining


def test_it_says_what_is_missing_by_name() -> None:
    assert explain(document(True, True, True), 0b011) == "2 of 3 required steps are done. Missing: “Step 2”."


def test_it_names_three_and_counts_the_rest() -> None:
    doc = document(*[True] * 6)
    assert explain(doc, 0b1) == "1 of 6 required steps are done. Next: “Step 1”, “Step 2”, “Step 3”, and 2 more."


@pytest.mark.parametrize(
    ("required", "bits", "sentence"),
    [
        ((True, True), 0, "All 2 required steps are still to do."),
        ((True,), 0, "The required step is still to do."),
        ((True, True), 0b11, "All 2 required steps are done."),
        ((True, False), 0b01, "The required step is done."),
    ],
)
def test_it_says_nothing_and_everything(required: tuple[bool, ...], bits: int, sentence: str) -> None:
    assert explain(document(*required), bits) == sentence


def test_it_says_that_a_step_is_gone() -> None:
    doc = document(True, True, True)
    assert explain(doc, 0b011, {doc.steps[2].key}) == "All 2 required steps are done. “Step 2” can no longer be opened and is not needed."


def test_it_does_not_mention_a_waived_step_that_was_done_before() -> None:
    doc = document(True, True, True)
    assert "no longer" not in explain(doc, 0b111, {doc.steps[2].key})


def test_someone_who_finished_is_never_told_that_something_is_missing() -> None:
    sentence = explain(document(True, True), 0b01, completed=True)
    assert sentence == "You have finished this course; steps added later are not needed for your certificate."


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (AssessmentResult(65, 90, 3, 0), ""),
        (AssessmentResult(65, 90, 3, 1, is_open=True), "You have started “Step 1” and not sent it yet."),
        (
            AssessmentResult(65, 90, 3, 1, 50),
            "“Step 1” is not passed yet: your best result is 50%, 65% is needed, and 2 attempts are left.",
        ),
        (AssessmentResult(65, 90, 3, 2, 50), "“Step 1” is not passed yet: your best result is 50%, 65% is needed, and 1 attempt is left."),
        (AssessmentResult(65, 90, 3, 3, 50), "“Step 1” was not passed: your best result is 50%, 65% is needed, and no attempts are left."),
        (AssessmentResult(65, 90, 0, 9, 50), "“Step 1” is not passed yet: your best result is 50%, and 65% is needed."),
    ],
)
def test_it_says_where_someone_stands_with_an_assessment(result: AssessmentResult, sentence: str) -> None:
    doc = document(True, True)
    said = explain(doc, 0b01, results={doc.steps[1].key: result})
    assert said == f"1 of 2 required steps are done. Missing: “Step 1”. {sentence}".strip()


def test_a_title_with_a_percent_sign_breaks_nothing() -> None:
    doc = OutlineDocument(
        {"es": "Curso"},
        (
            OutlineModule(
                uuid.uuid4(),
                {"es": "M"},
                (
                    OutlineStep(uuid.uuid4(), 0, LESSON, True, 5, {"es": "Uno"}),
                    OutlineStep(uuid.uuid4(), 1, ASSESSMENT, True, 5, {"es": "100% %(n)s"}, AssessmentRule()),
                ),
            ),
        ),
    )
    result = {doc.steps[1].key: AssessmentResult(65, 90, 3, 1, 50)}
    said = policies.explain(doc, 0b01, set(), result, {step.key: step.title("es") for step in doc.steps}, completed=False)
    assert said.count("100% %(n)s") == 2
