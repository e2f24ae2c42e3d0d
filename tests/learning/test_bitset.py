"""A set of steps is an integer in Python and bytes in the database, and says the same in both."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.bitset import BitSetField, slots
from learning.models import Enrolment
from tests.factories import enrol_in, make_course

pytestmark = pytest.mark.database

ON_DATABASE = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.sets(st.integers(0, 500)))
def test_slots_and_bits_are_two_ways_to_say_the_same(found: set[int]) -> None:
    bits = sum(1 << slot for slot in found)
    assert slots(bits) == sorted(found)


@pytest.fixture
def enrolment(db: None) -> Enrolment:
    return enrol_in(make_course(lessons=1, assessments=0))


@ON_DATABASE
@given(bits=st.integers(0, 2**600))
def test_what_is_stored_comes_back(enrolment: Enrolment, bits: int) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(done_bits=bits)
    assert Enrolment.objects.get(pk=enrolment.pk).done_bits == bits
    assert Enrolment.objects.values_list("done_bits", flat=True).get(pk=enrolment.pk) == bits


@pytest.mark.parametrize("slot", [0, 7, 8, 63, 64, 1_000, 65_535])
def test_big_slots_come_back(enrolment: Enrolment, slot: int) -> None:
    enrolment.done_bits = 1 << slot
    enrolment.save()
    enrolment.refresh_from_db()
    assert slots(enrolment.done_bits) == [slot]


def test_a_thousand_steps_take_125_bytes(enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(done_bits=(1 << 1000) - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(done_bits) FROM learning_enrolment WHERE id = %s", [enrolment.pk])
        assert cursor.fetchone() == (125,)


def test_a_negative_set_is_refused_and_nothing_is_stored(enrolment: Enrolment) -> None:
    enrolment.done_bits = -1
    with pytest.raises(ValueError, match="negative"), transaction.atomic():
        enrolment.save()
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0


def test_someone_new_has_done_nothing() -> None:
    assert BitSetField().get_default() == 0
    assert Enrolment().done_bits == 0
