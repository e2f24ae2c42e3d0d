"""Replace a person's recovery codes by new ones."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import notify
from accounts.allauth_internals import add_recovery_codes
from accounts.models import User


@transaction.atomic
def make_recovery_codes(*, user: User) -> None:
    """Make new codes and tell their owner by e-mail. The former ones, used or not, stop working."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=locked, type=Authenticator.Type.RECOVERY_CODES).delete()
    add_recovery_codes(locked)
    notify.tell_on_commit("account/email/recovery_codes_made", locked, {})
