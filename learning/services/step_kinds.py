"""What kind of step a key is, for a learner: by their own outline, else by the newest outline that has it."""

from __future__ import annotations

from uuid import UUID

from courses.models import Outline
from courses.outline import StepKind
from learning.models import Enrolment


def kinds_of(enrolment: Enrolment, steps: set[UUID]) -> dict[UUID, StepKind]:
    """Return the kinds of those steps that some outline of the course has. No query when the learner's own has all."""
    own = enrolment.outline.document.by_key
    kinds = {step: own[step].kind for step in steps if step in own}
    unknown = steps - kinds.keys()
    if unknown:
        others = Outline.objects.filter(course_key=enrolment.course_key).exclude(pk=enrolment.outline_id).order_by("-version")
        for outline in others:
            by_key = outline.document.by_key
            kinds.update({step: by_key[step].kind for step in unknown - kinds.keys() if step in by_key})
    return kinds
