"""Days of the calendar in the site's time zone (`TIME_ZONE`): which day it is, and on which day something happened.

Wagtail switches the current time zone to that of each editor. A date that is kept, or that others read, must not follow it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def today() -> date:
    """Return the present day."""
    return civil_date(timezone.now())


def civil_date(moment: datetime) -> date:
    """Return the day on which a moment falls.

    Args:
        moment: with a time zone, whichever.
    """
    return timezone.localtime(moment, timezone.get_default_timezone()).date()
