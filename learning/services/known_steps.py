"""The steps of a course as a learner knows them: from their own outline, or else from the newest outline that has the step."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from courses.models import Outline, documents_of
from courses.outline import OutlineStep
from learning.models import Enrolment


def known_steps(*, enrolment: Enrolment, keys: set[UUID]) -> Mapping[UUID, OutlineStep]:
    """Return those of the steps that some outline of the course has. No query when the learner's own has them all."""
    own = enrolment.document.by_key
    found = {key: own[key] for key in keys if key in own}
    if len(found) < len(keys):
        others = Outline.objects.filter(course_key=enrolment.course_key).exclude(pk=enrolment.outline_id).order_by("-version")
        for document in documents_of(list(others.values_list("pk", flat=True))):
            found.update({key: document.by_key[key] for key in keys - found.keys() if key in document.by_key})
    return found
