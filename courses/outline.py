"""What a course is made of, as plain values: parsed outlines, masks and comparisons. Pure.

An outline is immutable. A learner is pinned to one, so the tree of pages may change without touching the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import Any
from uuid import UUID

from courses.step_types import STEP_TYPES, StepType
from foundation.versions import VersionUnknown, known_version

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class AssessmentRule:
    """What an assessment asks, in percent (INDES: 65 to pass, 90 for honours), and how often it may be taken (0: no limit)."""

    pass_mark: int = 65
    honours_mark: int = 90
    attempts_allowed: int = 3


def title_in(titles: Mapping[str, str], language: str) -> str:
    """Return the title in a language, or in another: the same one on every database, though jsonb reorders keys."""
    return titles.get(language) or next((titles[code] for code in sorted(titles) if titles[code]), "")


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """One step. `minutes` is the editor's estimate; `titles` by language code are what remains when the page is gone."""

    key: UUID
    slot: int
    kind: StepType
    required: bool
    minutes: int
    titles: Mapping[str, str]
    rule: AssessmentRule | None = None

    def title(self, language: str) -> str:
        """The title in a language, or in another that has one."""
        return title_in(self.titles, language)


@dataclass(frozen=True, slots=True)
class OutlineModule:
    """A module and its steps, in order."""

    key: UUID
    titles: Mapping[str, str]
    steps: tuple[OutlineStep, ...] = ()

    def title(self, language: str) -> str:
        """The title in a language, or in another that has one."""
        return title_in(self.titles, language)


@dataclass(frozen=True)
class OutlineDocument:
    """A parsed outline, with its steps by key. What is asked of it at every request is worked out once."""

    titles: Mapping[str, str]
    modules: tuple[OutlineModule, ...]
    steps: tuple[OutlineStep, ...] = field(init=False)
    by_key: Mapping[UUID, OutlineStep] = field(init=False)
    # Of the row that holds it; 0 while it is a draft.
    version: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        steps = tuple(step for module in self.modules for step in module.steps)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "by_key", {step.key: step for step in steps})

    def title(self, language: str) -> str:
        """The title of the course in a language, or in another that has one."""
        return title_in(self.titles, language)

    @cached_property
    def minutes(self) -> int:
        """The editor's estimate for all steps, in minutes."""
        return sum(step.minutes for step in self.steps)

    @cached_property
    def full_mask(self) -> int:
        """The bits of all steps."""
        return mask(step.slot for step in self.steps)

    @cached_property
    def required_mask(self) -> int:
        """The bits of the steps that the certificate asks for."""
        return mask(step.slot for step in self.steps if step.required)

    @cached_property
    def positions(self) -> Mapping[UUID, int]:
        """Where each step stands among all steps, from 0."""
        return {step.key: number for number, step in enumerate(self.steps)}

    @cached_property
    def graded(self) -> tuple[OutlineStep, ...]:
        """The steps that have a rule to pass by."""
        return tuple(step for step in self.steps if step.rule)

    @cached_property
    def module_of(self) -> Mapping[UUID, UUID]:
        """The key of each step's module."""
        return {step.key: module.key for module in self.modules for step in module.steps}

    @cached_property
    def _by_slot(self) -> Mapping[int, OutlineStep]:
        return {step.slot: step for step in self.steps}

    @cached_property
    def _is_in_slot_order(self) -> bool:
        """Whether later steps have higher slots, as in a course whose steps were never reordered."""
        return all(one.slot < other.slot for one, other in pairwise(self.steps))

    def first_of(self, bits: int, most: int) -> list[OutlineStep]:
        """Return the first so many steps of a bit set, in the order of the course."""
        if not self._is_in_slot_order:
            return list(islice((step for step in self.steps if bits >> step.slot & 1), most))
        found: list[OutlineStep] = []
        left = bits & self.full_mask
        while left and len(found) < most:
            lowest = left & -left
            found.append(self._by_slot[lowest.bit_length() - 1])
            left ^= lowest
        return found

    def next_of(self, bits: int, after: OutlineStep | None) -> OutlineStep | None:
        """Return the first step of a bit set that stands behind another step; without one, the first of all; None if the set is empty."""
        if after is None:
            behind = 0
        elif self._is_in_slot_order:
            behind = bits >> after.slot + 1 << after.slot + 1
        else:
            behind = bits & mask(step.slot for step in self.steps[self.positions[after.key] + 1 :])
        return next(iter(self.first_of(behind & self.full_mask or bits, 1)), None)

    @cached_property
    def _minute_planes(self) -> tuple[int, ...]:
        """For each binary digit of the minutes, the bits of the steps whose minutes have it."""
        digits = max((step.minutes.bit_length() for step in self.steps), default=0)
        return tuple(mask(step.slot for step in self.steps if step.minutes >> digit & 1) for digit in range(digits))

    def mask_of(self, keys: Iterable[UUID]) -> int:
        """The bits of those of the steps that are in this outline."""
        return mask(self.by_key[key].slot for key in keys if key in self.by_key)

    def minutes_of(self, bits: int) -> int:
        """The editor's estimate for the steps of a bit set, in minutes: a handful of counts, however many steps."""
        return sum((bits & plane).bit_count() << digit for digit, plane in enumerate(self._minute_planes))


def mask(slots: Iterable[int]) -> int:
    """Return the bit set of some slots."""
    bits = 0
    for slot in slots:
        bits |= 1 << slot
    return bits


def to_json(document: OutlineDocument) -> dict[str, Any]:
    """Return the stored form of an outline, with its schema version."""
    return {
        "schema": SCHEMA,
        "titles": dict(document.titles),
        "modules": [
            {"key": str(module.key), "titles": dict(module.titles), "steps": [_step_to_json(step) for step in module.steps]}
            for module in document.modules
        ],
    }


def _step_to_json(step: OutlineStep) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "key": str(step.key),
        "slot": step.slot,
        "kind": step.kind.name,
        "required": step.required,
        "minutes": step.minutes,
        "titles": dict(step.titles),
    }
    if step.rule:
        stored["rule"] = {
            "pass_mark": step.rule.pass_mark,
            "honours_mark": step.rule.honours_mark,
            "attempts_allowed": step.rule.attempts_allowed,
        }
    return stored


def from_json(stored: Mapping[str, Any]) -> OutlineDocument:
    """Parse a stored outline.

    Raises:
        VersionUnknown: its schema, or the type of one of its steps, is not one that this release knows.
    """
    known_version("outline", stored, (SCHEMA,))
    return OutlineDocument(
        titles=stored["titles"],
        modules=tuple(
            OutlineModule(UUID(module["key"]), module["titles"], tuple(_step_from_json(step) for step in module["steps"]))
            for module in stored["modules"]
        ),
    )


def _step_from_json(stored: Mapping[str, Any]) -> OutlineStep:
    rule, kind = stored.get("rule"), STEP_TYPES.get(stored["kind"])
    if kind is None:
        raise VersionUnknown("type of step", stored["kind"])
    return OutlineStep(
        key=UUID(stored["key"]),
        slot=stored["slot"],
        kind=kind,
        required=stored["required"],
        minutes=stored["minutes"],
        titles=stored["titles"],
        rule=AssessmentRule(**rule) if rule else None,
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new outline changes, as an editor reads it before publishing: titles of steps."""

    added: tuple[OutlineStep, ...] = ()
    removed: tuple[OutlineStep, ...] = ()
    newly_required: tuple[OutlineStep, ...] = ()
    no_longer_required: tuple[OutlineStep, ...] = ()
    rules_changed: tuple[OutlineStep, ...] = ()
    reordered: bool = False
    retitled: bool = False

    @property
    def count(self) -> int:
        """How many changes there are; a new order counts as one, and so do new titles and minutes."""
        steps = (self.added, self.removed, self.newly_required, self.no_longer_required, self.rules_changed)
        return sum(len(changed) for changed in steps) + self.reordered + self.retitled

    @property
    def is_empty(self) -> bool:
        """Whether publishing would make the same outline again."""
        return not self.count


def compare(old: OutlineDocument | None, new: OutlineDocument) -> Changes:
    """Compare the published outline with what the tree would give now."""
    if old is None:
        return Changes(added=new.steps)
    kept = [step for step in new.steps if step.key in old.by_key]
    modules = {module.key: dict(module.titles) for module in old.modules}
    return Changes(
        added=tuple(step for step in new.steps if step.key not in old.by_key),
        removed=tuple(step for step in old.steps if step.key not in new.by_key),
        newly_required=tuple(step for step in kept if step.required and not old.by_key[step.key].required),
        no_longer_required=tuple(step for step in kept if not step.required and old.by_key[step.key].required),
        rules_changed=tuple(step for step in kept if step.rule != old.by_key[step.key].rule),
        reordered=_order(old, new) != _order(new, old),
        retitled=any((step.titles, step.minutes) != (old.by_key[step.key].titles, old.by_key[step.key].minutes) for step in kept)
        or any(modules.get(module.key, dict(module.titles)) != dict(module.titles) for module in new.modules)
        or dict(old.titles) != dict(new.titles),
    )


def _order(document: OutlineDocument, other: OutlineDocument) -> list[tuple[UUID, list[UUID]]]:
    """Return the modules in order, each with those of its steps that the other outline has too."""
    return [(module.key, [step.key for step in module.steps if step.key in other.by_key]) for module in document.modules]
