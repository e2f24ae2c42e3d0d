"""What must be true after every fault, written once: acknowledged is stored, counts equal bits, nothing exists twice.

Pure: it is given what the clients were told (their ledgers) and what is found in the database, both as plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """What one learner's devices were told: 200, with these steps accepted, and which courses are completed."""

    learner: int
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)

    def note(self, course: str, steps: Iterable[str], *, completed: bool = False) -> None:
        """Write down an answer."""
        self.acknowledged.setdefault(course, set()).update(steps)
        if completed:
            self.completed.add(course)

    @property
    def size(self) -> int:
        """How many steps were acknowledged."""
        return sum(map(len, self.acknowledged.values()))


@dataclass(frozen=True, slots=True)
class FoundEnrolment:
    """One enrolment as it is stored. `bits` and `needed` are sets of slots; `live` and `named` count its certificates."""

    learner: int
    course: str
    run: int
    bits: int
    needed: int
    completed: bool
    live: int
    named: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the database: enrolments, slots by course and step, and counts by run and slot, folded and not yet."""

    enrolments: list[FoundEnrolment]
    slots: dict[str, dict[str, int]]
    folded: dict[tuple[int, int], int]
    waiting: dict[tuple[int, int], int]


def violations(found: Found, ledgers: Iterable[Ledger]) -> list[str]:
    """Return a sentence for each thing that is not as it must be."""
    return [*_lost(found, ledgers), *_twice(found), *_half_done(found), *_miscounted(found)]


def _lost(found: Found, ledgers: Iterable[Ledger]) -> Iterator[str]:
    by_key = {(e.learner, e.course): e for e in found.enrolments}
    for ledger in ledgers:
        for course, steps in ledger.acknowledged.items():
            enrolment = by_key.get((ledger.learner, course))
            bits = enrolment.bits if enrolment else 0
            lost = [step for step in steps if not bits >> found.slots[course][step] & 1]
            if lost:
                yield f"learner {ledger.learner} was told that {len(lost)} steps of {course} are kept; they are not"
        for course in ledger.completed:
            enrolment = by_key.get((ledger.learner, course))
            if enrolment is None or not enrolment.completed:
                yield f"learner {ledger.learner} was told that {course} is completed; it is not"


def _twice(found: Found) -> Iterator[str]:
    for (learner, run), number in Counter((e.learner, e.run) for e in found.enrolments).items():
        if number > 1:
            yield f"learner {learner} is enrolled {number} times in run {run}"
    for e in found.enrolments:
        if e.live > 1 or e.named > 1:
            yield f"learner {e.learner} has {e.live} certificates of {e.course}, {e.named} with a name"


def _half_done(found: Found) -> Iterator[str]:
    for e in found.enrolments:
        if e.completed and (e.live, e.named) != (1, 1):
            yield f"learner {e.learner} has completed {e.course} and has {e.live} certificates, {e.named} with a name"
        if not e.completed and e.live:
            yield f"learner {e.learner} has a certificate of {e.course}, which is not completed"
        if not e.completed and e.bits & e.needed == e.needed:
            yield f"learner {e.learner} has done everything in {e.course}, which is not completed"


def _miscounted(found: Found) -> Iterator[str]:
    by_bits = Counter((e.run, slot) for e in found.enrolments for slot in range(e.bits.bit_length()) if e.bits >> slot & 1)
    for key in sorted({*by_bits, *found.folded, *found.waiting}):
        counted = found.folded.get(key, 0) + found.waiting.get(key, 0)
        if counted != by_bits[key]:
            yield f"step {key[1]} of run {key[0]} is counted {counted} times and done by {by_bits[key]}"
