"""Tell holders, by e-mail and in their language, what staff did with their certificate."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from credentials.certificate.values import credential_title, written_code
from credentials.models import Credential, CredentialNotice
from foundation.mail import send


def record_notice(credential: Credential, what: CredentialNotice.What) -> None:
    """Write down that the holder is to be told, in the transaction of the act, and have it done after it."""
    notice = CredentialNotice.objects.create(credential=credential, what=what)
    transaction.on_commit(lambda: notify_holder.enqueue(notice.pk))


@task()
def notify_holder(notice_id: int) -> None:
    """Write to the holder. Run after they were told, or when nobody can be told any more, it does nothing.

    At least once: two workers at the same moment, or one that dies between sending and writing it down, send the message twice.
    Twice is a nuisance; claimed first and lost, it would never come.
    """
    untold = CredentialNotice.objects.filter(pk=notice_id, told_at__isnull=True, credential__holder__learner__isnull=False)
    notice = untold.select_related("credential__holder__learner").first()
    if notice is None:
        return
    credential, learner = notice.credential, notice.credential.holder.learner
    assert learner is not None  # noqa: S101 - the query says so; for the type checker
    language = learner.language or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "title": credential_title(credential.snapshot, language)[0],
            "code": written_code(credential.code),
            "reason": credential.public_reason,
            "page": _page(credential, language),
            # The new one, where it was replaced: the one to download.
            "mine": settings.SITE_URL.rstrip("/") + reverse("credentials:certificate", args=[credential.replaced_by_id or credential.pk]),
        }
    # Told late of one that was revoked meanwhile, they would believe that it counts; of that they are told, too.
    if notice.what == CredentialNotice.What.ISSUED and credential.is_over:
        settled = credential.revoked_at
    else:
        send(f"email/credential_{notice.what}", learner.email, context, language=language)
        settled = timezone.now()
    CredentialNotice.objects.filter(pk=notice.pk, told_at__isnull=True).update(told_at=settled)


def _page(credential: Credential, language: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse('credential', args=[credential.pk])}?lang={language}"
