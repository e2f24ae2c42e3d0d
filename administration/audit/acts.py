"""The acts of staff that are not on certificates, for the audit trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.audit import ACTS, Act

OPENED = Act(name="opened", label=_("opened a learner’s record"), order=10)
EXPORTED = Act(name="exported", label=_("asked for an export"), order=10)
DOWNLOADED = Act(name="downloaded", label=_("downloaded an export"), order=10)


def declare_acts() -> None:
    """Enter the acts of this floor. Called from `ready()`."""
    for act in (OPENED, EXPORTED, DOWNLOADED):
        ACTS.register(act)
