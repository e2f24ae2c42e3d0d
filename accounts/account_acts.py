"""The acts of staff on accounts, for the audit trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.audit import ACTS, Act

DECIDED = Act(name="decided", label=_("decided about a contested change of address"), order=10)
DECIDED_INSTITUTION = Act(name="institution", label=_("decided about a second sign-in of an institution"), order=11)


def declare_acts() -> None:
    """Enter the acts of this floor. Called from `ready()`."""
    ACTS.register(DECIDED)
    ACTS.register(DECIDED_INSTITUTION)
