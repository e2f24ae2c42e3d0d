"""Writing and sending the messages of this site: plain text, short, in the reader's language."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, override

logger = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The mail server could not be reached, or refused the message."""


def compose(template: str, to: str, context: dict[str, Any]) -> EmailMessage:
    """Return the message of `<template>_subject.txt` and `<template>_message.txt`, in the active language."""
    context = {"site_url": settings.SITE_URL.rstrip("/"), "language": get_language(), "email": to, **context}
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    body = render_to_string(f"{template}_message.txt", context).strip() + "\n"
    # RFC 3834: no holiday reply to a message that a machine wrote.
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": context["language"] or settings.LANGUAGE_CODE}
    return EmailMessage(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)


def send(template: str, to: str, context: dict[str, Any], *, language: str = "") -> None:
    """Send a message, in the given language or else in that of the page.

    Raises:
        MailNotSent: the mail server could not be reached, or refused the message.
    """
    # Days and times in it are the site's, and not those of the editor in whose request it is written.
    with override(language or get_language()), timezone.override(None):
        message = compose(template, to, context)
    try:
        message.send()
    except (SMTPException, OSError) as failure:
        # Not the address: logs are kept longer, and read by more people, than an account.
        logger.error("A message of %s could not be sent: %s", template, type(failure).__name__)
        raise MailNotSent from failure
