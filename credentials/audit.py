"""The acts of staff on certificates, for the audit trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.audit import ACTS, Act

ISSUED = Act(name="issued", label=_("issued a certificate by hand"))
OVERRIDDEN = Act(name="overridden", label=_("issued a certificate although the course is not finished"))
REVOKED = Act(name="revoked", label=_("revoked a certificate"))
REPLACED = Act(name="replaced", label=_("replaced a certificate"))


def declare_acts() -> None:
    """Enter the acts of this floor. Called from `ready()`."""
    for act in (ISSUED, OVERRIDDEN, REVOKED, REPLACED):
        ACTS.register(act)
