"""Count, in the database, how often something was tried: for limits that guard an account for longer than some minutes.

A cache is no place for them: a small one forgets the oldest when it is full, and anybody can fill it. A row holds a hash of what is
counted, so that the table says of nobody what was tried for them; `accounts.upkeep` deletes it when its time is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import TryCount

SALT = "accounts.try_counts"
DAY = timedelta(days=1)


def most_in_a_day(limit: str) -> int | None:
    """Return how many tries a limit allows in a day; None if it has no such limit. The limits stand in ACCOUNT_DAY_LIMITS."""
    most: int | None = settings.ACCOUNT_DAY_LIMITS.get(limit)
    return most


def count_in_a_day(limit: str, key: str) -> bool:
    """Count a try of this key; False if it is one too many for a day, and then it does not count. The day begins with its first try."""
    most = most_in_a_day(limit)
    return most is None or count(limit, key, most=most, lasts=DAY)


def count(limit: str, key: str, *, most: int, lasts: timedelta) -> bool:
    """Count a try in one statement, so that of any number at once no more than `most` are let through. False if it is one too many."""
    now = timezone.now()
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_trycount (key_hash, number, ends_at) VALUES (%s, 1, %s) ON CONFLICT (key_hash) DO UPDATE SET "
            "number = CASE WHEN accounts_trycount.ends_at <= %s THEN 1 ELSE accounts_trycount.number + 1 END, "
            "ends_at = CASE WHEN accounts_trycount.ends_at <= %s THEN EXCLUDED.ends_at ELSE accounts_trycount.ends_at END "
            "WHERE accounts_trycount.ends_at <= %s OR accounts_trycount.number < %s RETURNING number",
            [_hash(limit, key), moment(now + lasts), moment(now), moment(now), moment(now), most],
        )
        return cursor.fetchone() is not None


def take_back(limit: str, key: str) -> None:
    """Uncount one try: it was right."""
    if most_in_a_day(limit) is not None:
        TryCount.objects.filter(key_hash=_hash(limit, key), number__gt=0).update(number=F("number") - 1)


def forget(limit: str, key: str) -> None:
    """Begin to count the tries of this key anew."""
    if most_in_a_day(limit) is not None:
        TryCount.objects.filter(key_hash=_hash(limit, key)).delete()


def forget_over(now: datetime) -> int:
    """Delete the counts whose time is over; return how many."""
    return TryCount.objects.filter(ends_at__lte=now).delete()[0]


def _hash(limit: str, key: str) -> str:
    return salted_hmac(SALT, f"{limit} {key}", algorithm="sha256").hexdigest()
