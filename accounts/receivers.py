"""Signal receivers for every saved account, whether a page, the admin or a command saved it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save, pre_delete
from django.http import HttpRequest
from wagtail.models import Page
from wagtail.signals import page_published

from accounts import privacy
from accounts.models import User
from accounts.roles import PAGE_CLASSES
from accounts.services.grant_page import grant_page


def connect() -> None:
    """Connect the receivers. Called from `ready()`."""
    post_save.connect(keep_one_address, sender=User, dispatch_uid="accounts.keep_one_address")
    pre_delete.connect(erase_with_user, sender=User, dispatch_uid="accounts.erase_with_user")
    user_logged_out.connect(forget_session, dispatch_uid="accounts.forget_session")
    page_published.connect(grant_published_page, dispatch_uid="accounts.grant_published_page")


def keep_one_address(sender: type[User], instance: User, update_fields: frozenset[str] | None, **kwargs: Any) -> None:
    """Let an account be entered with its present address only.

    When an administrator changes an address, perhaps because its mailbox was lost to someone, the old one opens
    nothing any more; the new one is confirmed by the code of the next sign-in.
    """
    if update_fields is None or "email" in update_fields:
        EmailAddress.objects.filter(user=instance).exclude(email=instance.email).delete()


def erase_with_user(sender: type[User], instance: User, **kwargs: Any) -> None:
    """Erase what the registry declares, before the user goes and with them the links to it."""
    privacy.lock_records(instance)
    privacy.erase_records(instance)


def forget_session(sender: type[User], request: HttpRequest | None, **kwargs: Any) -> None:
    """Forget device and network address of a session that its owner has ended."""
    if request is not None and request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()


def grant_published_page(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Give the roles their rights on a new library or catalogue."""
    if sender._meta.label in PAGE_CLASSES:
        grant_page(page=instance)
