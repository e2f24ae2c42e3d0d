"""What hangs on a course in the record: the answer that `courses.impact` asks for."""

from __future__ import annotations

from uuid import UUID

from courses.impact import Impact
from learning.models import Attempt, Credential, Enrolment


def of_course(course_key: UUID) -> Impact:
    """Count open enrolments, open attempts and certificates of a course."""
    unfinished = Enrolment.objects.unfinished().filter(course_key=course_key)
    return Impact(
        open_enrolments=unfinished.count(),
        open_attempts=Attempt.objects.open().filter(enrolment__in=unfinished).count(),
        certificates=Credential.objects.live().filter(enrolment__course_key=course_key).count(),
    )
