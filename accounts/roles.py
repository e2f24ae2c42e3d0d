"""The table of roles: everything that people who work on the site may do. `make_roles` makes groups from it.

Least privilege: what is not in the table is not allowed. Rights and page classes of higher floors stay strings, since this
floor knows none of them; `tests/accounts/test_roles.py` resolves each, and asks for the admin's pages in every role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.staff import ADMIN_PERMISSION
from foundation import languages

LIBRARY, CATALOGUE = "knowledge.LibraryPage", "courses.CataloguePage"
# The page above all others.
EVERYWHERE = "wagtailcore.Page"


@dataclass(frozen=True, slots=True)
class Role:
    """A role and its rights.

    `permissions` are "app.codename". `pages` gives, for a page class, what may be done with its pages and all below them
    (Wagtail's words: add, change, publish, lock, unlock, bulk_delete). `images` and `documents` say the same of files; who
    may add one may also change and delete their own. `collections` are the folders that files lie in.
    """

    key: str
    label: str | Promise
    permissions: tuple[str, ...]
    pages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """What it is called in each language: its group is known by any of these."""
        found = {}
        for code in languages.codes():
            with translation.override(code):
                found[code] = str(self.label)
        return found

    @property
    def group_name(self) -> str:
        """What its group is called: a group has one name, in the site's first language."""
        return self.names[settings.LANGUAGE_CODE]


def _rights(app: str, actions: str, *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{action}_{model}" for model in models for action in actions.split())


# What "any page, any file" means in Wagtail.
_ALL_OF_PAGES = ("add", "change", "publish", "lock", "unlock", "bulk_delete")
_ALL_OF_FILES = ("add", "change", "choose")
_PUBLISH = ("add", "change", "publish", "lock", "unlock")
_TRANSLATE = ("wagtail_localize.submit_translation",)
_CERTIFY = (
    *_rights("learning", "view", "enrolment", "attempt"),
    *_rights("credentials", "view issue revoke replace", "credential"),
    "credentials.change_credentialhold",  # certificates that no font can print: look, and try again
    "administration.export_records",
    "learning.open_record",
)
# How many people have done each step, without names: for those who make courses, and those who see everyone anyway.
_FIGURES = ("learning.view_stepstat",)
_SUPPORT = ("learning.view_enrolment", "learning.open_record", "accounts.decide_addresschange", "accounts.decide_institutioncase")

AUTHOR = Role(
    "author",
    pgettext_lazy("role", "Author"),
    (ADMIN_PERMISSION, "courses.publish_structure", *_FIGURES, *_TRANSLATE, *_rights("knowledge", "add change view", "contributor")),
    pages={LIBRARY: ("add", "change"), CATALOGUE: _PUBLISH},
    images=("add", "choose"),
    documents=("add", "choose"),
)
REVIEWER = Role(
    "reviewer",
    pgettext_lazy("role", "Reviewer"),
    (ADMIN_PERMISSION, "knowledge.view_contributor"),
    pages={LIBRARY: ("change",)},  # without it nobody can comment on a draft
    images=("choose",),
)
EDITOR = Role(
    "editor",
    pgettext_lazy("role", "Editor"),
    (
        ADMIN_PERMISSION,
        *_TRANSLATE,
        *_rights("knowledge", "add change delete view", "contributor"),
        *_rights("wagtailredirects", "add change", "redirect"),
    ),
    pages={LIBRARY: _PUBLISH},
    images=_ALL_OF_FILES,
    documents=_ALL_OF_FILES,
)
CERTIFICATE_ADMINISTRATOR = Role(
    "certificate_administrator",
    pgettext_lazy("role", "Certificate administrator"),
    (ADMIN_PERMISSION, *_CERTIFY, *_FIGURES, "accounts.view_auditentry"),
)
SUPPORT = Role(
    "support",
    pgettext_lazy("role", "Support"),
    (ADMIN_PERMISSION, *_SUPPORT),
)
SITE_ADMINISTRATOR = Role(
    "site_administrator",
    pgettext_lazy("role", "Site administrator"),
    (
        *(*AUTHOR.permissions, *_CERTIFY, *_SUPPORT, "accounts.view_auditentry"),
        *_rights("knowledge", "delete", "contributor"),
        "core.bring_back",  # what others have deleted
        *_rights("accounts", "add change delete", "user"),
        *_rights("auth", "add change delete", "group"),
        *_rights("wagtailcore", "add change delete", "locale", "site", "task", "workflow"),
        *_rights("wagtailredirects", "add change delete", "redirect"),
    ),
    pages={EVERYWHERE: _ALL_OF_PAGES},
    images=_ALL_OF_FILES,
    documents=_ALL_OF_FILES,
    collections=("add", "change", "delete"),
)

ROLES = (AUTHOR, REVIEWER, EDITOR, CERTIFICATE_ADMINISTRATOR, SUPPORT, SITE_ADMINISTRATOR)
BY_KEY: dict[str, Role] = {role.key: role for role in ROLES}
# The classes whose pages carry rights: a new page of these is given them when it is published.
PAGE_CLASSES = frozenset(label for role in ROLES for label in role.pages)


def group_of(role: Role) -> Group | None:
    """Return the group of a role, under whichever of its names it was made; None before `make_roles` has run."""
    return Group.objects.filter(name__in=set(role.names.values())).order_by("pk").first()
