"""The library in the admin: contributors as snippets."""

from __future__ import annotations

from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from knowledge.models import Contributor


class ContributorViewSet(SnippetViewSet):
    """People and organisations behind the works."""

    model = Contributor
    icon = "group"
    menu_order = 250
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ("name", Column("get_kind_display", label="", accessor="get_kind_display"), "orcid")
    list_filter = ("kind",)
    search_fields = ("name", "orcid")
    ordering = ("name",)
    panels = Contributor.panels


register_snippet(ContributorViewSet)
