"""The library in the admin: contributors as snippets, and a note to editors when a PDF could not be made."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from knowledge.edition.problems import problem_of
from knowledge.models import Contributor, PublicationPage


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


@hooks.register("before_edit_page")
def say_why_there_is_no_pdf(request: HttpRequest, page: Page) -> None:
    """Tell the editor of a publication why its last edition has no PDF."""
    if request.method == "GET" and isinstance(page, PublicationPage) and (problem := problem_of(page)):
        messages.warning(request, problem)
