"""Signal receivers for every saved account, whether a page, the admin or a command saved it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.http import HttpRequest
from wagtail.models import Page
from wagtail.signals import page_published

from accounts import privacy
from accounts.changes import Change
from accounts.models import User
from accounts.roles import PAGE_CLASSES
from accounts.services.grant_page import grant_page
from accounts.services.note_change import note_change

# Which change it is when a column of the account differs.
CHANGE_OF = {"email": Change.ADDRESS, "password": Change.PASSWORD, "is_superuser": Change.ROLE}


def connect() -> None:
    """Connect the receivers. Called from `ready()`."""
    post_save.connect(note_decisive_changes, sender=User, dispatch_uid="accounts.note_decisive_changes")
    for through in (User.groups.through, User.user_permissions.through):
        m2m_changed.connect(note_new_roles, sender=through, dispatch_uid=f"accounts.note_new_roles.{through.__name__}")
    pre_delete.connect(note_lost_role, sender=Group, dispatch_uid="accounts.note_lost_role")
    post_save.connect(keep_one_address, sender=User, dispatch_uid="accounts.keep_one_address")
    pre_delete.connect(erase_with_user, sender=User, dispatch_uid="accounts.erase_with_user")
    user_logged_out.connect(forget_session, dispatch_uid="accounts.forget_session")
    page_published.connect(grant_published_page, dispatch_uid="accounts.grant_published_page")


def note_decisive_changes(
    sender: type[User], instance: User, created: bool, raw: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """Let whatever is decisive and was saved otherwise than it was read have its effect."""
    changed = set() if created or raw else instance.decisive_changes(update_fields)
    former = instance.stored("email")
    instance.remember_stored(update_fields)
    for name in sorted(changed):
        change = CHANGE_OF.get(name) or (Change.REACTIVATED if instance.is_active else Change.DEACTIVATED)
        detail = f"{former} → {instance.email}" if change is Change.ADDRESS else ""
        note_change(user=instance, change=change, detail=detail, is_counted=True)


def note_new_roles(sender: Any, instance: Any, action: str, pk_set: set[int] | None, reverse: bool, **kwargs: Any) -> None:
    """The same for a role, or a right, that was given to a person or is taken away, from whichever side."""
    if action == "post_add" and pk_set:
        found = User.objects.filter(pk__in=pk_set if reverse else [instance.pk])
    elif action in {"pre_remove", "pre_clear"}:
        # Only who has it loses it: Django names all that were to be taken away.
        what = "group" if sender is User.groups.through else "permission"
        held = sender.objects.filter(**{what if reverse else "user": instance})
        if pk_set is not None:
            held = held.filter(**{f"{'user' if reverse else what}__in": pk_set})
        found = User.objects.filter(pk__in=held.values("user"))
    else:
        return
    for person in found:
        # The very instance, where it is a person's: whoever has it in hand goes on with the new number.
        note_change(user=person if reverse else instance, change=Change.ROLE)


def note_lost_role(sender: type[Group], instance: Group, **kwargs: Any) -> None:
    """The same for those who had a role that is deleted."""
    for person in User.objects.filter(groups=instance):
        note_change(user=person, change=Change.ROLE)


def keep_one_address(sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, **kwargs: Any) -> None:
    """Let an account be entered with its present address only.

    When an administrator changes an address, perhaps because its mailbox was lost to someone, the old one opens
    nothing any more; the new one is confirmed by the code of the next sign-in.
    """
    if not created and (update_fields is None or "email" in update_fields):
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
