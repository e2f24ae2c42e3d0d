"""What the core adds to Wagtail: files follow their page, what is deleted goes to the bin, and dialogues name no drafts of others."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.pages.utils import type_to_delete_confirmation
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page, ReferenceIndex

from accounts.second_factor import acts_as_staff
from core import access
from core.bin import choosable, without_bin
from core.bin_views import BinMenuItem, BinView, BringBackView
from core.bulk_delete import DeleteToBin
from core.models.bin import DAYS
from core.services.bring_back import BACK
from core.services.put_in_bin import PUT, put_in_bin


@hooks.register("before_move_page", order=-100)
def whoever_may_move(request: HttpRequest, page: Page, destination: Page) -> None:
    """Ask for the right before the page that asks whether one is sure: Wagtail does so after, and shows the title of any draft.

    Raises:
        PermissionDenied: somebody may not move this page.
    """
    if not page.permissions_for_user(request.user).can_move():
        raise PermissionDenied


@hooks.register("before_serve_document")
def document_follows_its_page(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Serve a document to whoever may read a live page that uses it, and to staff; to nobody else it exists.

    Raises:
        Http404: no live page that this reader may open uses the document.
    """
    if acts_as_staff(request):
        return None
    references = ReferenceIndex.get_references_to(document).filter(base_content_type=ContentType.objects.get_for_model(Page))
    for reference in references:
        page = Page.objects.filter(pk=reference.object_id).specific().first()
        if page is not None and access.decide(access.rule_for(page), request).allowed:
            return None
    raise Http404


hooks.register("register_bulk_action", DeleteToBin, order=5)


# After all that may refuse it.
@hooks.register("before_delete_page", order=1000)
def delete_to_bin(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Put a page into the bin, where Wagtail would delete it; say so before."""
    if request.method != "POST":
        messages.info(
            request, _("It goes to the bin with all that is below it. For %(days)d days it can be brought back.") % {"days": DAYS}
        )
        return None
    if not type_to_delete_confirmation(request):
        return None
    parent = page.get_parent()
    put_in_bin(page=page, user=request.user)
    messages.success(request, _("“%(title)s” is in the bin.") % {"title": page.get_admin_display_title()})
    return redirect(get_valid_next_url_from_request(request) or reverse("wagtailadmin_explore", args=[parent.pk]))


@hooks.register("construct_page_chooser_queryset")
def only_what_is_seen(pages: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Name in dialogues what readers see, and what somebody may open in the admin anyway."""
    return choosable(pages, request.user)


@hooks.register("construct_explorer_page_queryset")
def out_of_sight(parent: Page, pages: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Leave the bin out of the list of pages: it has a list of its own."""
    return without_bin(pages)


@hooks.register("register_admin_urls")
def bin_urls() -> list[URLPattern]:
    """Addresses of the bin."""
    return [path("bin/", BinView.as_view(), name="bin"), path("bin/<int:entry_id>/", BringBackView.as_view(), name="bin_back")]


@hooks.register("register_admin_menu_item")
def bin_item() -> MenuItem:
    """The bin in the menu."""
    return BinMenuItem(gettext_lazy("Bin"), reverse("bin"), name="bin", icon_name="bin", order=880)


@hooks.register("register_permissions")
def bin_permission() -> QuerySet[Permission]:
    """Let groups be given the right in the admin."""
    return Permission.objects.filter(content_type__app_label="core", codename="bring_back")


@hooks.register("register_log_actions")
def bin_log(actions: LogActionRegistry) -> None:
    """Name both acts in the history of a page."""
    actions.register_action(PUT, gettext_lazy("Delete: into the bin"), gettext_lazy("Put into the bin"))
    actions.register_action(BACK, gettext_lazy("Bring back from the bin"), gettext_lazy("Brought back from the bin"))
