"""What has to be done again about the record: people moved to an outline, completed, and counted."""

from __future__ import annotations

from datetime import datetime

from courses.models import OutlineMove, StepSlot, StepWaiver
from courses.services.sync_waivers import sync_waivers
from foundation.upkeep import CHORES, Chore
from learning.services.complete_covered import complete_covered
from learning.services.count_steps import count_steps
from learning.services.hold_answers import drop_held_answers
from learning.services.move_to_outline import move_to_outline


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="moves", order=20, run=finish_moves, done="enrolments moved to an outline"))
    CHORES.register(Chore(name="completions", order=30, run=complete_waived, done="enrolments completed"))
    CHORES.register(Chore(name="counts", order=50, run=lambda now: count_steps(), done="steps counted"))
    CHORES.register(Chore(name="held answers", order=60, run=drop_held_answers, done="answers of ended sessions deleted"))


def finish_moves(now: datetime) -> int:
    """Go on moving people to outlines that everyone was to be moved to."""
    moves = OutlineMove.objects.filter(done_at=None).order_by("pk")
    return sum(move_to_outline(outline_id=move.outline_id) for move in moves)


def complete_waived(now: datetime) -> int:
    """Bring waivers up to date, and complete whom they cover: nobody else is covered without having done a step, or been moved."""
    for key in StepSlot.objects.order_by().values_list("course_key", flat=True).distinct():
        sync_waivers(course_key=key)
    waived = StepWaiver.objects.in_force().order_by().values_list("course_key", flat=True).distinct()
    return sum(complete_covered(course_key=key) for key in waived)
