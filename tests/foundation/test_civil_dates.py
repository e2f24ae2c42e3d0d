"""Days of the calendar are those of the site's time zone, wherever a date is made from a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from administration.lists.filters import DaysOfTheSite
from credentials.models import Credential
from foundation import mail as foundation_mail
from foundation.civil_dates import civil_date, today
from learning.models import Enrolment
from tests.accounts import door
from tests.factories import finish_course, make_course, make_user

# In Mexico City it is half past eight in the evening of the 30th of June.
EVENING = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)


@pytest.fixture
def in_mexico(settings: Any) -> None:
    settings.TIME_ZONE = "America/Mexico_City"


@pytest.mark.parametrize(("zone", "day"), [("UTC", date(2026, 7, 1)), ("America/Mexico_City", date(2026, 6, 30))])
def test_a_moment_falls_on_a_day_of_the_site(settings: Any, zone: str, day: date) -> None:
    settings.TIME_ZONE = zone
    with timezone.override("Asia/Tokyo"):  # as Wagtail does for an editor
        assert civil_date(EVENING) == day
        with time_machine.travel(EVENING, tick=False):
            assert today() == day


@pytest.mark.django_db
def test_a_course_finished_in_the_evening_says_so_on_the_certificate(in_mexico: None, client: Client) -> None:
    course = make_course()
    with time_machine.travel(EVENING, tick=False), timezone.override("Asia/Tokyo"):
        enrolment = finish_course(course, make_user("ana@example.org", printed_name="Ana"))
    credential = Credential.objects.get(enrolment=enrolment)
    assert credential.snapshot["completed_on"] == "2026-06-30"
    assert Enrolment.objects.get().enrolled_on == date(2026, 6, 30)
    page = client.get(f"/credentials/{credential.pk}/?lang=en").content.decode()
    assert "June 30, 2026" in page
    assert "July 1, 2026" not in page


def test_a_message_written_while_an_editor_is_at_work_has_the_days_of_the_site(in_mexico: None) -> None:
    with timezone.override("Asia/Tokyo"):
        foundation_mail.send("account/email/account_deleted", "ana@example.org", {"now": EVENING}, language="en")
    assert "June 30, 2026" in str(mail.outbox[-1].body)


@pytest.mark.django_db
def test_a_time_of_day_says_of_which_zone_it_is(in_mexico: None, client: Client) -> None:
    make_user("ana@example.org", language="en")
    door.sign_in(client, "ana@example.org")
    assert "(America/Mexico_City)" in client.get("/accounts/sessions/").content.decode()


def test_lists_are_filtered_by_the_days_that_they_show(in_mexico: None) -> None:
    with timezone.override("Asia/Tokyo"):
        days = DaysOfTheSite().clean(["2026-06-30", "2026-06-30"])
    assert days.start <= EVENING <= days.stop
