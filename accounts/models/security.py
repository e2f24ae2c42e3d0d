"""What keeps an account safe: its history, contested changes of its address, the browsers that it knows, used links, and tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# For how long the former mailbox may say "this was not me".
CONTESTABLE = timedelta(hours=72)
# For how long a browser is known, and an event is told.
KNOWN = timedelta(days=90)
TOLD = timedelta(days=365)


class SecurityEvent(models.Model):
    """One line of a person's own security history. `kind` is the value of an `accounts.changes.Change`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_events")
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    kind = models.CharField(max_length=20)
    detail = models.CharField(max_length=600, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-at"], name="securityevent_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    """Named reads of changes of address."""

    def contestable(self, now: datetime) -> AddressChangeQuerySet:
        """Those that the former mailbox may still call a mistake."""
        return self.filter(at__gt=now - CONTESTABLE, reported_at__isnull=True)

    def open_cases(self) -> AddressChangeQuerySet:
        """Those that were called a mistake, and that nobody has decided yet."""
        return self.filter(reported_at__isnull=False, decided_at__isnull=True)

    def holding(self) -> AddressChangeQuerySet:
        """The open cases that hold the account. Where a second factor confirmed the change, a case holds nothing."""
        return self.open_cases().filter(had_factor=False)


class AddressChange(models.Model):
    """An account that got another address; a case for support once the former mailbox has said that it wasn't they."""

    class Outcome(models.TextChoices):
        """What support decided."""

        STANDS = "stands", _("The new address stays")
        RETURNED = "returned", _("The account goes back to the former address")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="address_changes")
    former = models.EmailField()
    present = models.EmailField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    # Whether a second factor was shown for it.
    had_factor = models.BooleanField(default=False)
    reported_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("decide_addresschange", _("Can decide who an account belongs to after a contested change of address"))]

    def __str__(self) -> str:
        return f"address change {self.pk}"


class KnownBrowser(models.Model):
    """A browser in which a person has signed in, or opened a link from one of our messages. It opens nothing; it has tries of its own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_browsers")
    # SHA-256 of what stands in the cookie: who reads the table has no browser from it.
    token_hash = models.CharField(max_length=64, editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)
    # Known by a link alone: nobody has signed in in it since. Worth no more at the second step than the mailbox.
    by_link = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="knownbrowser_once")]

    def __str__(self) -> str:
        return f"known browser {self.pk}"


class UsedLink(models.Model):
    """A link that made a browser known, and makes none known any more. Kept for as long as the link would count; names nobody."""

    # SHA-256 of the random part of the link. Unique: of two that use it at once, one writes the row.
    link_hash = models.CharField(max_length=64, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"used link {self.pk}"


class TryCount(models.Model):
    """How often something was tried for an account, or for an address without one. `accounts.try_counts` counts; the row names nobody."""

    # A keyed hash of the limit and of what it counts.
    key_hash = models.CharField(max_length=64, primary_key=True, editable=False)
    number = models.PositiveSmallIntegerField(editable=False)
    ends_at = models.DateTimeField(editable=False, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.number} tries until {self.ends_at:%Y-%m-%d %H:%M}"
