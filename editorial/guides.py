"""Show the guides in the admin: one page for each role, written in docs/guides/<language>/<role>.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from markdown_it import MarkdownIt
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from accounts.roles import BY_KEY, ROLES, Role
from foundation.languages import in_order_for

GUIDES = Path(settings.BASE_DIR) / "docs" / "guides"


def groups_of(user: Any) -> dict[int, str]:
    """Return the groups of whoever looks, asked once for what is shown; what may be done asks each time."""
    if not hasattr(user, "_groups_at_the_desk"):
        user._groups_at_the_desk = dict(user.groups.values_list("pk", "name"))
    found: dict[int, str] = user._groups_at_the_desk
    return found


def roles_of(user: Any) -> list[Role]:
    """Return the roles of a person, in the order of the table; a superuser without one counts as a site administrator."""
    names = set(groups_of(user).values())
    found = [role for role in ROLES if names & set(role.names.values())]
    return found or ([BY_KEY["site_administrator"]] if user.is_superuser else [])


def path_of(role_key: str, language: str) -> Path | None:
    """Return the file of a guide in a language, or in the nearest one that has it."""
    if role_key not in BY_KEY:
        return None
    for code in in_order_for(language):
        path = GUIDES / code / f"{role_key}.md"
        if path.is_file():
            return path
    return None


def render(text: str) -> str:
    """Return a guide as HTML. What is HTML in the file is shown as text."""
    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return mark_safe(html)  # noqa: S308 - our own files, and their HTML is escaped


class GuideView(WagtailAdminTemplateMixin, TemplateView):
    """The guide of a role; without one, of my own first role."""

    template_name = "editorial/guide.html"
    page_title = _("Guide")
    header_icon = "help"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = roles_of(self.request.user)
        wanted = self.kwargs.get("role_key") or (mine[0].key if mine else "author")
        role = BY_KEY.get(wanted)
        language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
        path = path_of(wanted, language) if role is not None else None
        if role is None or path is None:
            raise Http404
        context: dict[str, Any] = super().get_context_data(**kwargs)
        others = [other for other in ROLES if other not in mine]
        return {
            **context,
            "guide": render(path.read_text(encoding="utf-8")),
            "guide_language": path.parent.name,
            "entries": [(_name(entry, language), reverse("guide_role", args=[entry.key]), entry == role) for entry in [*mine, *others]],
            "mine": len(mine),
        }


def _name(role: Role, language: str) -> str:
    return role.names.get(language) or role.group_name
