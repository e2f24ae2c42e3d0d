"""Taking demo pages out, seen by transactions that are committed: nothing is waived in the middle."""

from __future__ import annotations

import pytest

from core.seeding import remove_pages
from courses.models import CoursePage, StepWaiver
from tests.factories import enrol_in, make_course

pytestmark = pytest.mark.database


@pytest.mark.django_db(transaction=True)
def test_taking_a_course_out_waives_none_of_its_steps() -> None:
    """Page by page, each step would look lost while its course is live, and whoever learns would have finished."""
    page = make_course(lessons=2, assessments=1)
    enrolment = enrol_in(page)
    keys = [page.key, *page.get_descendants().values_list("translation_key", flat=True)]
    remove_pages(keys, "es", lambda line: None)
    assert not CoursePage.objects.exists()
    assert not StepWaiver.objects.exists()
    enrolment.refresh_from_db()
    assert enrolment.completed_at is None
