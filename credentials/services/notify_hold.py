"""Tell the administrators, by e-mail and in words, that a certificate's PDF waits for them."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from core import navigation
from credentials.certificate.values import credential_title
from credentials.models import CredentialHold
from foundation.mail import send


@task()
def notify_hold(hold_id: int) -> None:
    """Write to those in charge of certificates. Run after the hold was closed, or after they were told, it does nothing."""
    hold = CredentialHold.objects.filter(pk=hold_id, resolved_at__isnull=True, told_at__isnull=True).select_related("credential").first()
    if hold is None:
        return
    context = {
        "missing": hold.missing,
        "code_points": ", ".join(f"U+{ord(character):04X}" for character in hold.missing),
        "title": credential_title(hold.credential.snapshot, settings.LANGUAGE_CODE)[0],
        # The name stays out of the mail: it is one sign-in away.
        "address": settings.SITE_URL.rstrip("/") + navigation.address("certificate-hold", hold.pk),
    }
    administrators = _administrators()
    for address, language in administrators:
        send("email/credential_hold", address, context, language=language)
    if administrators:
        CredentialHold.objects.filter(pk=hold_id, opened_at=hold.opened_at).update(told_at=timezone.now())


def _administrators() -> list[tuple[str, str]]:
    """Return addresses and languages: those of the settings, or the superusers'."""
    if settings.CREDENTIAL_ADMIN_EMAILS:
        return [(address, settings.LANGUAGE_CODE) for address in settings.CREDENTIAL_ADMIN_EMAILS]
    people = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    return [(person.email, person.language or settings.LANGUAGE_CODE) for person in people]
