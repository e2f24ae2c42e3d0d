"""Declare the personal data in the tables of Django, Wagtail, allauth and this app: how it is exported and erased.

Three sorts. What is *about* a person goes with them. What a person *made* for the site (pages, images, translations)
stays, without its link to them: it is the institution's work, and a page says who wrote it in its own text. What the
site *wrote down* about its editing (the log) stays, without saying who: it must still be seen that a page was changed.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, Q
from wagtail.admin.models import EditingSession, FormState
from wagtail.models import APIToken, Comment, CommentReply, ModelLogEntry, Page, PageLogEntry, PageSubscription, ReferenceIndex, Revision
from wagtail.users.models import UserProfile

from accounts import audit
from accounts.models import AddressChange, AuditEntry, InstitutionCase, InstitutionIdentity, KnownBrowser, SecurityEvent, User
from accounts.privacy import Rows, declare, rows
from accounts.services.end_sessions import end_sessions

GOES = "Goes with the account."
LINK_EMPTIED = "The work stays; its link to the person becomes empty."
NEVER_PEOPLE = "Can point at any object, but nothing makes it point at people."


def declare_personal_data() -> None:
    """Declare everything. Called from `ready()`, after the floors above have declared what is theirs."""
    _declare_account()
    _declare_editing()
    _declare_history()
    for label in ("wagtailsearch.IndexEntry", "taggit.TaggedItem"):
        declare(label, reason=NEVER_PEOPLE)


def _declare_account() -> None:
    declare(
        "accounts.User",
        reason="The account itself. Deleting it is what erasing ends with.",
        export=lambda user: rows(
            User.objects.filter(pk=user.pk),
            *("email", "first_name", "last_name", "printed_name", "show_name", "language", "date_joined", "last_login"),
            *("is_active", "is_staff", "is_superuser"),
        ),
    )
    declare(
        "account.EmailAddress",
        reason="The address and whether it was confirmed. " + GOES,
        export=lambda user: rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
    )
    declare("account.EmailConfirmation", reason="Links sent by e-mail. Not written here: codes are used. " + GOES)
    declare(
        "usersessions.UserSession",
        reason="Where one is signed in: device and network address. Ends with the session, or with the account.",
        export=lambda user: rows(UserSession.objects.filter(user=user), "created_at", "last_seen_at", "ip", "user_agent"),
        erase=_end_sessions,
    )
    declare(
        "mfa.Authenticator",
        reason="Second steps to sign in: app, passkeys, recovery codes. Handed over without their secrets. " + GOES,
        export=_second_factors,
    )
    declare("sessions.Session", reason="Has no link to the person, but says who is signed in. Ended through usersessions.UserSession.")
    declare(
        "accounts.User_groups",
        reason="Roles. " + GOES,
        export=lambda user: [{"group": name} for name in user.groups.values_list("name", flat=True)],
    )
    declare(
        "accounts.SecurityEvent",
        reason="When address, password, second step and roles were changed, for a year. " + GOES,
        export=lambda user: rows(SecurityEvent.objects.filter(user=user).order_by("pk"), "at", "kind", "detail"),
    )
    declare(
        "accounts.AddressChange",
        reason="A former address, for the 72 hours in which it may contest the change; longer where it did. " + GOES,
        export=lambda user: rows(
            AddressChange.objects.filter(user=user).order_by("pk"), *("at", "former", "present", "reported_at", "decided_at", "outcome")
        ),
    )
    declare(
        "accounts.KnownBrowser",
        reason="Browsers in which one has signed in, by a number that only the browser holds; for 90 days. " + GOES,
        export=lambda user: rows(KnownBrowser.objects.filter(user=user).order_by("pk"), "since"),
    )
    _declare_institutions()
    declare("accounts.User_user_permissions", reason="Rights given to one person. " + GOES)
    declare(
        "accounts.AuditEntry",
        reason="What staff did to the record, and why. Stays: it has no link to anyone, and names by a number that then is nobody's.",
        export=_audit_entries,
    )


def _declare_institutions() -> None:
    columns = ("institution", "issuer", "subject")
    declare(
        "accounts.InstitutionIdentity",
        reason="By which sign-ins of institutions the account opens: the number that each has given the person. " + GOES,
        export=lambda user: rows(InstitutionIdentity.objects.filter(user=user).order_by("pk"), *columns, "joined_at"),
    )
    declare(
        "accounts.InstitutionCase",
        reason="A second sign-in of an institution, for support to decide; for a year afterwards. " + GOES,
        export=lambda user: rows(InstitutionCase.objects.filter(user=user).order_by("pk"), *columns, "at", "decided_at", "outcome"),
    )
    for label in ("socialaccount.SocialAccount", "socialaccount.SocialToken"):
        declare(label, reason="Allauth's own. Never written here: accounts.InstitutionIdentity stands in its place.")


def _declare_editing() -> None:
    declare(
        "wagtailusers.UserProfile",
        reason="Settings of the admin. The picture's file is deleted, too.",
        export=lambda user: rows(UserProfile.objects.filter(user=user), "preferred_language", "current_time_zone", "avatar"),
        erase=_delete_avatar,
    )
    declare(
        "wagtailcore.APIToken",
        reason="Keys to the API. " + GOES,
        export=lambda user: rows(APIToken.objects.filter(user=user), "name", "created", "last_used_at"),
    )
    declare(
        "wagtailcore.Comment",
        reason="Remarks on drafts. They go with the account; where the person closed another's remark, that link becomes empty.",
        export=lambda user: rows(Comment.objects.filter(user=user), "page_id", "text", "created_at"),
    )
    declare(
        "wagtailcore.CommentReply",
        reason="Answers to remarks on drafts. " + GOES,
        export=lambda user: rows(CommentReply.objects.filter(user=user), "comment_id", "text", "created_at"),
    )
    declare(
        "wagtailcore.PageSubscription",
        reason="Which drafts one hears of. " + GOES,
        export=lambda user: rows(PageSubscription.objects.filter(user=user), "page_id", "comment_notifications"),
    )
    declare(
        "wagtailadmin.EditingSession",
        reason="Who has a form open right now. " + GOES,
        erase=lambda user: _forget_object(EditingSession, user),
    )
    declare("wagtailadmin.FormState", reason="An unsaved form. " + GOES, erase=lambda user: _forget_object(FormState, user))
    declare(
        "wagtailcore.Page",
        reason=LINK_EMPTIED,
        export=lambda user: rows(Page.objects.filter(owner=user), "title", "url_path"),
    )
    for label in {settings.WAGTAILIMAGES_IMAGE_MODEL, settings.WAGTAILDOCS_DOCUMENT_MODEL, "wagtailimages.Image", "wagtaildocs.Document"}:
        declare(label, reason=LINK_EMPTIED, export=_uploads_of(label))
    declare("wagtailcore.UploadedFile", reason="A file not yet kept as an image or document. " + LINK_EMPTIED)
    for label in ("wagtail_localize.StringTranslation", "wagtail_localize.SegmentOverride"):
        declare(label, reason=LINK_EMPTIED)
    for label in ("wagtailcore.WorkflowState", "wagtailcore.TaskState"):
        declare(label, reason="How a page was reviewed. Its link to the person becomes empty.")


def _declare_history() -> None:
    declare(
        "wagtailcore.Revision",
        reason="Former versions of pages. " + LINK_EMPTIED,
        export=lambda user: rows(Revision.objects.filter(user=user), "object_str", "created_at"),
    )
    declare(
        "wagtailcore.PageLogEntry",
        reason="What was done to pages. Stays without who did it.",
        export=lambda user: rows(PageLogEntry.objects.filter(user_id=user.pk), "action", "label", "timestamp"),
        erase=lambda user: _forget_author(PageLogEntry, user),
    )
    declare(
        "wagtailcore.ModelLogEntry",
        reason="What was done to other things. Stays without who did it; what was done to the account itself goes.",
        export=lambda user: rows(ModelLogEntry.objects.filter(user_id=user.pk), "action", "label", "timestamp"),
        erase=_forget_model_log,
    )
    declare("wagtailcore.ReferenceIndex", reason="What points at what. Entries for the person are deleted.", erase=_forget_references)


def _second_factors(user: User) -> Rows:
    columns = ("type", "created_at", "last_used_at")
    found = Authenticator.objects.filter(user=user).order_by("pk")
    return [{"name": row.data.get("name", ""), **{column: getattr(row, column) for column in columns}} for row in found]


def _end_sessions(user: User) -> None:
    end_sessions(user=user)


def _delete_avatar(user: User) -> None:
    profile = UserProfile.objects.filter(user=user).exclude(avatar="").first()
    if profile is not None:
        name = profile.avatar.name
        transaction.on_commit(lambda: default_storage.delete(name))


def _uploads_of(label: str) -> Any:
    """Return the export of what a person has uploaded."""

    def export(user: User) -> Rows:
        model: Any = apps.get_model(label)
        return rows(model.objects.filter(uploaded_by_user=user), "title", "created_at")

    return export


def _of_object(user: User) -> dict[str, Any]:
    return {"content_type": ContentType.objects.get_for_model(User), "object_id": str(user.pk)}


def _forget_object(model: type[Model], user: User) -> None:
    """Delete rows that point at the account by generic key."""
    model._default_manager.filter(**_of_object(user)).delete()


def _forget_author(model: type[Model], user: User) -> None:
    # These links are DO_NOTHING in Wagtail: left alone they would keep the number of someone who is gone.
    model._default_manager.filter(user_id=user.pk).update(user_id=None)


def _forget_model_log(user: User) -> None:
    _forget_object(ModelLogEntry, user)
    _forget_author(ModelLogEntry, user)


def _forget_references(user: User) -> None:
    person = ContentType.objects.get_for_model(User)
    ReferenceIndex.objects.filter(to_content_type=person, to_object_id=str(user.pk)).delete()
    ReferenceIndex.objects.filter(**_of_object(user)).delete()


def _audit_entries(user: User) -> Rows:
    """Return what a person did as staff, and what staff did to their own record and why; not who did that."""
    entries = AuditEntry.objects.filter(Q(actor_id=user.pk) | audit.about(user)).order_by("pk")
    fields = ("at", "action", "subject_kind", "subject_key", "reason")
    return [{"done_by_you": row.pop("actor_id") == user.pk, **row} for row in rows(entries, "actor_id", *fields)]
