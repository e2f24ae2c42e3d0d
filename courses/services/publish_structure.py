"""Publish structure: make a new outline from the tree of a course, the one act that changes what learners are asked."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.db import transaction

from courses.events import outline_published
from courses.models import CoursePage, Outline, OutlineMove, SlotCounter, StepSlot
from courses.outline import compare, to_json
from courses.tree import draft_document, newest_outline, slots_of, source_page, unanswerable

__all__ = ["StructureEmpty", "StructureUnanswerable", "StructureUnchanged", "Who", "newest_outline", "publish_structure"]


class StructureEmpty(Exception):
    """The course has no live required step: nobody could ever finish it."""


class StructureUnanswerable(Exception):
    """A required assessment has no questions: nobody could pass it. `titles` names which."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(", ".join(titles))
        self.titles = titles


class StructureUnchanged(Exception):
    """The tree says what the newest outline says already."""


class Who(StrEnum):
    """Whom a new outline is for."""

    NEW_LEARNERS = "new"
    EVERYONE_UNFINISHED = "everyone"


def _allocate(course_key: UUID, steps: list[UUID]) -> dict[UUID, int]:
    """Give a slot to each step that has none, under the lock on the course's counter row."""
    SlotCounter.objects.get_or_create(course_key=course_key)
    counter = SlotCounter.objects.select_for_update().get(course_key=course_key)
    slots = slots_of(course_key)
    new = [step for step in steps if step not in slots]
    given = {step: counter.next_slot + i for i, step in enumerate(new)}
    StepSlot.objects.bulk_create([StepSlot(course_key=course_key, step_key=step, slot=slot) for step, slot in given.items()])
    counter.next_slot += len(new)
    counter.save(update_fields=["next_slot"])
    return slots | given


def publish_structure(*, course: CoursePage, who: Who = Who.NEW_LEARNERS) -> Outline:
    """Make the next outline of a course from the live tree of its source language.

    Args:
        course: the course in any language; the tree of its source language is read.
        who: new learners only, or everyone who has not finished (moved by a background task).

    Raises:
        StructureEmpty: no live step is required.
        StructureUnanswerable: a live required assessment has no questions.
        StructureUnchanged: the newest outline says the same, and nobody is to be moved.
    """
    source = source_page(course.key) or course
    with transaction.atomic():
        draft = draft_document(source, {})
        if not any(step.required for step in draft.steps):
            raise StructureEmpty
        if empty := unanswerable(draft):
            raise StructureUnanswerable([step.title(source.locale.language_code) for step in empty])
        slots = _allocate(source.key, [step.key for step in draft.steps])
        document = draft_document(source, slots)
        newest = newest_outline(source.key)
        if newest is not None and compare(newest.document, document).is_empty:
            if who is Who.NEW_LEARNERS:
                raise StructureUnchanged
            outline = newest
        else:
            version = newest.version + 1 if newest else 1
            outline = Outline.objects.create(course_key=source.key, version=version, content=to_json(document))
        if who is Who.EVERYONE_UNFINISHED:
            # The wish is kept, not only the task that carries it out: see `manage.py reconcile`.
            OutlineMove.objects.create(outline=outline)
        outline_published.send(Outline, outline=outline, everyone=who is Who.EVERYONE_UNFINISHED)
    return outline
