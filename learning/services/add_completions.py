"""Add to the counts of steps, or subtract from them: the only statement that changes them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

AT_ONCE = 300


def add_completions(*, sums: Mapping[tuple[int, int], int]) -> None:
    """Add a number to each count, by run and slot. Inside the transaction of whatever makes it true.

    Sums, not values: what others have added meanwhile stays, so that any number of writers agree. Always in the same order:
    two that change the same counts wait for each other, and never both.
    """
    changed = sorted((run, slot, number) for (run, slot), number in sums.items() if number)
    with connection.cursor() as cursor:
        for start in range(0, len(changed), AT_ONCE):
            part = changed[start : start + AT_ONCE]
            values = ", ".join(["(%s, %s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO learning_stepstat (run_id, slot, completions) VALUES {values} "  # noqa: S608 - placeholders only
                "ON CONFLICT (run_id, slot) DO UPDATE SET completions = learning_stepstat.completions + EXCLUDED.completions",
                [number for row in part for number in row],
            )
