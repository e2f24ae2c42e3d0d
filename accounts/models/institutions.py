"""By which sign-ins of institutions an account can be entered, and what support has to decide about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InstitutionIdentity(models.Model):
    """Somebody as their institution knows them: issuer and subject (OpenID Connect), which never change; an address may."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="institution_identities")
    # Its id in the settings.
    institution = models.CharField(max_length=40, editable=False)
    issuer = models.CharField(max_length=255, editable=False)
    subject = models.CharField(max_length=255, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="institutionidentity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="institutionidentity_one_each"),
        ]

    def __str__(self) -> str:
        return f"institution identity {self.pk}"


class InstitutionCase(models.Model):
    """Somebody of an institution who has shown that an account is theirs, which another subject of that institution has joined."""

    class Outcome(models.TextChoices):
        """What support decided."""

        REPLACED = "replaced", _("The new sign-in takes the place of the former one")
        REFUSED = "refused", _("The former sign-in stays; the new one is refused")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="institution_cases")
    institution = models.CharField(max_length=40, editable=False)
    issuer = models.CharField(max_length=255, editable=False)
    subject = models.CharField(max_length=255, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [("decide_institutioncase", _("Can decide which sign-in of an institution belongs to an account"))]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "issuer", "subject"], condition=models.Q(decided_at__isnull=True), name="institutioncase_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"institution case {self.pk}"
