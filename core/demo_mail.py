"""The inbox of the demo: shows what would have been sent by e-mail, read from the demo's mail folder.

Only the demo has these addresses (config.urls). Anyone who can open the demo can read them, which is the point: codes
to sign in arrive here. The folder may hold anything; what can't be read as a message is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from functools import wraps
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MOST_MESSAGES = 100
MOST_BYTES = 256 * 1024
# What Django's file-based backend writes between messages.
SEPARATOR = b"-" * 79
PARSER = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message, as the inbox shows it. `key` names it in an address and says nothing about the folder."""

    key: str
    subject: str
    to: str
    sent_at: datetime
    text: str


class View(Protocol):
    """A view of this inbox."""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


def demo_only(view: View) -> View:
    """Refuse outside the demo, whoever routes it there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(require_safe(wrapped))


@demo_only
def inbox(request: HttpRequest) -> HttpResponse:
    """List the newest messages."""
    return render(request, "demo/mail.html", {"messages_sent": newest()})


@demo_only
def message(request: HttpRequest, key: str) -> HttpResponse:
    """Show one message."""
    for found in newest():
        if found.key == key:
            return render(request, "demo/mail_message.html", {"message_sent": found})
    raise Http404


def newest() -> list[DemoMessage]:
    """Return the newest messages first; nothing when the folder is missing or empty."""
    messages: list[DemoMessage] = []
    for path in _files():
        messages += _messages(path)
        if len(messages) >= MOST_MESSAGES:
            break
    return sorted(messages, key=lambda found: found.sent_at, reverse=True)[:MOST_MESSAGES]


def _files() -> list[Path]:
    """Return the ordinary files of the folder, the newest first. Links are left out: they may lead anywhere."""
    folder = Path(str(getattr(settings, "EMAIL_FILE_PATH", "") or ""))
    if not str(getattr(settings, "EMAIL_FILE_PATH", "") or "") or not folder.is_dir():
        return []
    found: list[tuple[float, Path]] = []
    for path in folder.iterdir():
        try:
            if path.is_file() and not path.is_symlink():
                found.append((path.stat().st_mtime, path))
        except OSError:  # deleted meanwhile, or not ours to look at
            continue
    return [path for _time, path in sorted(found, reverse=True)]


def _messages(path: Path) -> Iterator[DemoMessage]:
    """Yield the messages of a file: one connection of the mail backend may have written several."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
            changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except OSError:
        return
    for number, part in enumerate(content.split(SEPARATOR)):
        key = hashlib.sha256(f"{path.name}/{number}".encode(errors="replace")).hexdigest()[:16]
        found = _parsed(part.strip(), key, changed)
        if found is not None:
            yield found


def _parsed(content: bytes, key: str, changed: datetime) -> DemoMessage | None:
    """Return a message, or None for what is none: it needs at least someone it was sent to."""
    try:
        parsed = PARSER.parsebytes(content)
        to = str(parsed["To"] or "").strip()
        if not isinstance(parsed, EmailMessage) or not to:
            return None
        return DemoMessage(key, _one_line(parsed["Subject"]), _one_line(to), _sent_at(parsed, changed), _text(parsed))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):
        # The standard library's parser raises any of these on headers and charsets that nobody should have written.
        return None


def _one_line(header: object) -> str:
    return " ".join(str(header or "").split())[:300]


def _sent_at(parsed: EmailMessage, changed: datetime) -> datetime:
    """Return when it was sent, or when its file was written if it doesn't say."""
    try:
        sent = parsedate_to_datetime(str(parsed["Date"]))
    except (TypeError, ValueError):
        return changed
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _text(parsed: EmailMessage) -> str:
    """Return the plain text. A message without any is shown as empty: nothing of it is ever run."""
    body = parsed.get_body(preferencelist=("plain",))
    content = body.get_content() if body is not None else ""
    return content.replace("\0", "") if isinstance(content, str) else ""
