"""Hold what was typed into an open attempt while the session ended, until its learner has signed in again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from foundation.errors import Refused
from learning.models import Attempt, HeldAnswers
from learning.services.save_answers import save_answers

HELD_FOR = timedelta(hours=24)
# Of a paper with every option chosen there is room for several times over.
LARGEST = 64 * 1024
SALT = "learning.attempt"


def sign_form(*, learner: User, attempt_id: int) -> str:
    """Return what the form of an attempt carries: that the server drew it, for whom and for which attempt."""
    return signing.dumps([learner.pk, attempt_id], salt=SALT)


def hold_answers(*, form: str, attempt_id: int, answers: dict[str, list[str]], now: datetime | None = None) -> bool:
    """Hold the answers of a form whose sender nobody knows, in place of what was held for the attempt before.

    Args:
        form: what the form carried (`sign_form`); not trusted.
        answers: chosen options by question, as they were sent; they are checked once they are taken.

    Returns:
        Whether they are held: not for a form that the server did not draw for this attempt, an attempt that is closed or gone,
        nor for more than a paper can hold.
    """
    try:
        learner, of_attempt = signing.loads(form, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return False
    if of_attempt != attempt_id or len(json.dumps(answers)) > LARGEST:
        return False
    if not Attempt.objects.open().filter(pk=attempt_id, enrolment__learner=learner).exists():
        return False
    try:
        with transaction.atomic():
            HeldAnswers.objects.update_or_create(attempt_id=attempt_id, defaults={"answers": answers, "held_at": now or timezone.now()})
    except IntegrityError:
        # The account, and the attempt with it, was deleted in between.
        return False
    return True


def take_held_answers(*, learner: User, attempt_id: int, now: datetime | None = None) -> bool:
    """Put what is held for an attempt of this learner into it, once. Return whether there was anything.

    What is older than a day, or does not fit the paper any more, is let go.
    """
    with transaction.atomic():
        held = HeldAnswers.objects.filter(attempt_id=attempt_id, attempt__enrolment__learner=learner).first()
        if held is None:
            return False
        HeldAnswers.objects.filter(pk=held.pk).delete()
        if held.held_at < (now or timezone.now()) - HELD_FOR:
            return False
        try:
            with transaction.atomic():
                save_answers(learner=learner, attempt_id=attempt_id, answers=held.answers)
        except Refused:
            return False
    return True


def drop_held_answers(now: datetime) -> int:
    """Delete what nobody has come back for within a day. Return how many."""
    return HeldAnswers.objects.filter(held_at__lt=now - HELD_FOR).delete()[0]
