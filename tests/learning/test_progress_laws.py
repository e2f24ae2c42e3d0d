"""The laws of the record, on a real database: order, repetition and delay of events never matter."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.models import Enrolment, Progressed
from learning.services.record_progress import Event, EventType, record_progress
from tests.factories import done, enrol_in, make_course, resume

LAWS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
STEPS = 5


@pytest.fixture
def enrolment(db: None) -> Enrolment:
    return enrol_in(make_course(lessons=STEPS, assessments=1))


def steps_of(enrolment: Enrolment) -> list[uuid.UUID]:
    return [step.key for step in enrolment.document.steps]


def begin_again(enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(done_bits=0, completed_at=None, resume_step=None, resume_at=None, resume_event=None)


def play(enrolment: Enrolment, batches: list[list[Event]], now: datetime = NOW) -> tuple[object, ...]:
    begin_again(enrolment)
    for batch in batches:
        record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=batch, now=now)
    found = Enrolment.objects.get(pk=enrolment.pk)
    return found.done_bits, found.resume_step, found.resume_at, found.resume_event, found.completed_at is not None


def drawn_events(draw: st.DrawFn, steps: list[uuid.UUID]) -> list[Event]:
    """Events of known, graded and unknown steps; few distinct times, so that ties are common; some clocks run ahead."""
    one = st.builds(
        Event,
        id=st.uuids(),
        type=st.sampled_from(EventType),
        step=st.sampled_from([*steps, uuid.UUID(int=7)]),
        at=st.sampled_from([NOW + timedelta(minutes=minutes) for minutes in (-90, -60, -60, -1, 0, 5, 600)]),
    )
    return draw(st.lists(one, min_size=1, max_size=12, unique_by=lambda event: event.id))


def in_batches(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """The same events, some twice, in another order, cut into batches."""
    again = draw(st.lists(st.sampled_from(events), max_size=6))
    mixed = draw(st.permutations(events + again))
    batches, rest = [], list(mixed)
    while rest:
        size = draw(st.integers(1, len(rest)))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


@LAWS
@given(data=st.data())
def test_any_permutation_duplication_and_interleaving_ends_in_the_same_record(enrolment: Enrolment, data: st.DataObject) -> None:
    plain = st.composite(lambda draw: drawn_events(draw, steps_of(enrolment)))()
    events = data.draw(plain)
    once = play(enrolment, [events])
    other = data.draw(st.composite(lambda draw: in_batches(draw, events))())
    assert play(enrolment, other) == once


@LAWS
@given(data=st.data())
def test_bits_and_completion_never_go_back(enrolment: Enrolment, data: st.DataObject) -> None:
    events = data.draw(st.composite(lambda draw: drawn_events(draw, steps_of(enrolment)))())
    begin_again(enrolment)
    Enrolment.objects.filter(pk=enrolment.pk).update(done_bits=1 << STEPS)  # the assessment was passed
    bits, completed, place = 1 << STEPS, None, None
    for event in events:
        record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[event], now=NOW)
        found = Enrolment.objects.get(pk=enrolment.pk)
        assert found.done_bits & bits == bits
        assert completed is None or found.completed_at == completed
        assert place is None or (found.resume_at, found.resume_event) >= place  # type: ignore[operator]
        bits, completed = found.done_bits, found.completed_at
        place = (found.resume_at, found.resume_event) if found.resume_at else None


@LAWS
@given(ahead=st.timedeltas(timedelta(seconds=1), timedelta(days=365_000)))
def test_a_clock_in_the_future_is_capped_at_the_servers(enrolment: Enrolment, ahead: timedelta) -> None:
    step = steps_of(enrolment)[0]
    try:
        at = NOW + ahead
    except OverflowError:
        return
    assert play(enrolment, [[resume(step, at=at)]])[2] == NOW


def test_a_clock_in_the_future_does_not_hold_the_place_for_ever(enrolment: Enrolment) -> None:
    first, second = steps_of(enrolment)[:2]
    learner, key = enrolment.learner, enrolment.course_key
    record_progress(learner=learner, course_key=key, events=[resume(first, at=NOW + timedelta(days=900))], now=NOW)
    record_progress(learner=learner, course_key=key, events=[resume(second, at=NOW + timedelta(minutes=1))], now=NOW + timedelta(minutes=1))
    enrolment.refresh_from_db()
    assert enrolment.resume_step == second


def test_a_batch_that_arrives_a_month_late_still_counts_but_does_not_move_the_place(enrolment: Enrolment) -> None:
    first, second = steps_of(enrolment)[:2]
    month = NOW + timedelta(days=31)
    learner, key = enrolment.learner, enrolment.course_key
    record_progress(learner=learner, course_key=key, events=[resume(second, at=month)], now=month)
    record_progress(learner=learner, course_key=key, events=[done(first, at=NOW)], now=month)
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step) == (1, second)


def test_at_the_same_moment_the_greater_event_decides(enrolment: Enrolment) -> None:
    first, second = steps_of(enrolment)[:2]
    low, high = resume(first, id=uuid.UUID(int=1), at=NOW), resume(second, id=uuid.UUID(int=2), at=NOW)
    assert play(enrolment, [[low], [high]])[1] == play(enrolment, [[high], [low]])[1] == second


def test_a_step_done_many_times_is_told_to_the_reports_once(enrolment: Enrolment) -> None:
    step = steps_of(enrolment)[0]
    for _again in range(3):
        record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(step), done(step)])
    assert list(Progressed.objects.values_list("run_id", "slot")) == [(enrolment.run_id, 0)]


def test_the_outbox_says_nothing_about_the_person() -> None:
    assert {field.name for field in Progressed._meta.get_fields()} == {"id", "run", "slot", "day", "delta"}
