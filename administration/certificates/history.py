"""The history of a certificate in words: who did what, when and why. Names are looked up each time, never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from administration.audit.actors import names_of
from administration.certificates.base import detail_url
from credentials.audit import ISSUED, OVERRIDDEN, REPLACED, REVOKED
from credentials.certificate.values import written_code
from credentials.models import Credential


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `who` is empty for what happened by itself."""

    at: datetime
    words: str
    who: str = ""
    reason: str = ""
    url: str = ""


def history_of(credential: Credential) -> list[Line]:
    """Return what happened to a certificate, the oldest first."""
    before = credential.replaces.order_by("issued_at").first()
    key = str(credential.pk)
    mine = Q(subject_key=key) | (Q(subject_key=str(before.pk), action=REPLACED.name) if before else Q(pk__in=[]))
    entries = list(AuditEntry.objects.filter(mine, subject_kind="credential").order_by("pk"))
    names = names_of(entry.actor_id for entry in entries)
    lines = [_line(entry, names[entry.actor_id], credential, before) for entry in entries]
    said = {entry.action for entry in entries if entry.subject_key == key}
    if before is None and not said & {ISSUED.name, OVERRIDDEN.name}:
        lines.append(Line(credential.issued_at, _("Issued, because the course was finished.")))
    if credential.revoked_at and not said & {REVOKED.name, REPLACED.name}:
        lines.append(Line(credential.revoked_at, _("Revoked.")))
    return sorted([*lines, *_by_itself(credential)], key=lambda line: line.at)


def _line(entry: AuditEntry, who: str, credential: Credential, before: Credential | None) -> Line:
    """Return an entry in words."""
    url = ""
    if entry.action == REPLACED.name and before is not None and entry.subject_key == str(before.pk):
        words = _("Issued in place of %(code)s, with a corrected name.") % {"code": written_code(before.code)}
        url = detail_url(before.pk)
    elif entry.action == REPLACED.name and credential.replaced_by is not None:
        words = _("Replaced by %(code)s, with a corrected name.") % {"code": written_code(credential.replaced_by.code)}
        url = detail_url(credential.replaced_by.pk)
    elif entry.action == REVOKED.name:
        words = _("Revoked. The public page says: %(reason)s.") % {"reason": credential.public_reason}
    elif entry.action == OVERRIDDEN.name:
        words = _("Issued by hand, although the course was not finished.")
    elif entry.details.get("after_revocation"):
        words = _("Issued by hand, the course being finished, after an earlier one was revoked.")
    else:
        words = _("Issued by hand, the course being finished.")
    return Line(entry.at, words, who, entry.reason, url)


def _by_itself(credential: Credential) -> Iterator[Line]:
    """Yield what happened without staff: files made, holds, messages sent."""
    languages = dict(settings.LANGUAGES)
    for file in credential.files.all():
        yield Line(file.made_at, _("The PDF was made in this language: %(language)s.") % {"language": languages[file.language]})
    for notice in credential.notices.exclude(told_at=None):
        if notice.told_at and notice.was_skipped:
            no_longer = _("An e-mail to the holder was no longer needed, and was not sent: %(what)s.")
            yield Line(notice.told_at, no_longer % {"what": notice.get_what_display()})
        elif notice.told_at:
            yield Line(notice.told_at, _("The holder was told by e-mail: %(what)s.") % {"what": notice.get_what_display()})
    hold = getattr(credential, "hold", None)
    if hold is not None:
        yield Line(hold.opened_at, _("The PDF had to wait: no font has %(characters)s.") % {"characters": " ".join(hold.missing)})
        if hold.resolved_at:
            yield Line(hold.resolved_at, _("The PDF waits no longer."))
