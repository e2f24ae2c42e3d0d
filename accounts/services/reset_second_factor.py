"""Remove every second factor of a person who has lost their device and their recovery codes."""

from __future__ import annotations

import logging

from allauth.mfa.models import Authenticator
from django.db import transaction
from wagtail.log_actions import log

from accounts import notify
from accounts.changes import Change
from accounts.models import User
from accounts.services.note_change import note_change

logger = logging.getLogger(__name__)
LOG_ACTION = "accounts.reset_second_factor"


@transaction.atomic
def reset_second_factor(*, user: User) -> int:
    """Remove all of them with the recovery codes, end every session, write it down, and tell the person by e-mail.

    Returns:
        How many factors there were; recovery codes count as one.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    removed, _rows = Authenticator.objects.filter(user=locked).delete()
    note_change(user=locked, change=Change.SECOND_FACTOR)
    log(instance=locked, action=LOG_ACTION)
    # The number, not the address: logs are kept longer, and read by more people, than an account.
    logger.warning("The second factor of account %s was reset (%s removed).", locked.pk, removed)
    notify.tell_on_commit("account/email/second_factor_reset", locked, {})
    return int(removed)
