"""The audit trail: what staff did to people's records, and why. Written once; the database refuses any change."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act of staff. Names people by number only, with no foreign key: it outlives accounts, and then names nobody."""

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    actor_id = models.BigIntegerField(_("who"))
    # The name of one of `accounts.audit.ACTS`: which there are, the floors above know.
    action = models.CharField(_("what"), max_length=12)
    subject_kind = models.CharField(max_length=12)
    subject_key = models.CharField(max_length=80)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_key"], name="auditentry_subject"),
            models.Index(fields=["-at"], name="auditentry_newest"),
            models.Index(fields=["actor_id", "-at"], name="auditentry_actor"),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind} {self.subject_key}"
