"""How blocks are ordered, repeated and summed up."""

from __future__ import annotations

import pytest

from benchmarks.bench.summary import Block, is_disturbed, order_of, percentile, ratios, spread


def block(app: float, database: float = 0.0) -> Block:
    return Block(app, database, (0.001,), 100.0)


def test_two_contenders_alternate_so_that_neither_is_always_first() -> None:
    assert [name for repeat in range(4) for name in order_of(("A", "B"), repeat)] == ["A", "B", "B", "A", "A", "B", "B", "A"]


def test_a_block_is_disturbed_only_below_half_the_median_of_the_hellos() -> None:
    hellos = [90.0, 100.0, 110.0]
    assert is_disturbed(49.9, hellos)
    assert not is_disturbed(50.0, hellos)
    assert not is_disturbed(1.0, [])


@pytest.mark.parametrize(("share", "expected"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.01, 1)])
def test_percentiles_are_values_that_were_measured(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(20, 0, -1)], share) == expected


def test_a_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_each_block_is_held_against_the_floor_of_its_own_round() -> None:
    """A round in which the whole machine was slow changes no ratio."""
    quiet, slow = (block(1.5, 0.5), block(1.0)), (block(6.0, 2.0), block(4.0))
    assert ratios([quiet[0], slow[0]], [quiet[1], slow[1]]) == [2.0, 2.0]


def test_a_round_without_its_floor_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([block(1), block(2)], [block(1)])


def test_a_figure_is_the_median_with_the_range() -> None:
    assert spread([3.14159, 1.0, 2.0], 2) == (2.0, [1.0, 3.14])
