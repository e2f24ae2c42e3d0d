"""Let somebody enter their account by the sign-in of their institution from now on."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.db.models import Q

from accounts import notify
from accounts.changes import Change
from accounts.errors import SubjectTaken
from accounts.institutions import name_of_institution
from accounts.models import InstitutionCase, InstitutionIdentity, User
from accounts.own_account import own_account
from accounts.services.note_change import note_change


def join_institution(*, user: User, institution: str, issuer: str, subject: str, now: datetime) -> InstitutionIdentity | InstitutionCase:
    """Join them, and tell its owner by e-mail. If another subject of the issuer has joined the account, open a case for support instead.

    Whoever calls has seen to it that the person has shown the mailbox, and the account's password or second factor.

    Args:
        user: as they were read with the session that has shown it.
        institution: its id in the settings.

    Raises:
        SubjectTaken, AccountChanged, AccountHeld: see there. Nothing was changed.
    """
    key = {"issuer": issuer, "subject": subject}
    try:
        with own_account(user) as locked:
            found = InstitutionIdentity.objects.filter(Q(**key) | Q(user=locked, issuer=issuer)).order_by("pk")
            same = next((identity for identity in found if identity.subject == subject), None)
            if same is not None and same.user_id == locked.pk:
                return same
            if same is not None:
                raise SubjectTaken
            if found:
                return InstitutionCase.objects.get_or_create(
                    **key, user=locked, decided_at=None, defaults={"institution": institution, "at": now}
                )[0]
            identity = InstitutionIdentity.objects.create(user=locked, institution=institution, joined_at=now, **key)
            name = name_of_institution(institution)
            note_change(user=locked, change=Change.INSTITUTION_JOINED, detail=name)
            notify.tell_on_commit("account/email/institution_joined", locked, {"institution": name})
            return identity
    except IntegrityError as error:  # with another account at the same moment
        raise SubjectTaken from error
