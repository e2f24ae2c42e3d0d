"""What a request to the admin may not do by a view of wagtail-localize: change or publish what its page does not allow.

The package asks whether somebody may edit the page, and forgets the lock and the right to publish. Views that make pages are
replaced as a whole (`editorial.translation_views`).
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from wagtail.admin.auth import permission_denied
from wagtail.models import Page
from wagtail.snippets.permissions import user_can_access_snippets
from wagtail.snippets.views.snippets import get_snippet_model_from_url_params

from core.bin import choosable
from editorial import translation_rights as rights
from editorial.models import ReviewedPage

LOCALIZE = "wagtail_localize:"
CONVERT_TO_ALIAS = f"{LOCALIZE}convert_to_alias"
# Reads the translation, and leaves it as it is.
READING = {f"{LOCALIZE}preview_translation", f"{LOCALIZE}download_pofile"}
SNIPPETS = {f"{LOCALIZE}snippets_api_listing", f"{LOCALIZE}snippets_api_detail"}
PAGE_CHOOSERS = {"wagtailadmin_choose_page_child", "wagtailadmin_choose_page_chosen_multiple"}
SNIPPET_CHOOSER = "wagtailsnippetchoosers_"
# What a form of Wagtail's takes for granted.
GROUNDS: dict[str, Callable[[HttpRequest], bool]] = {
    "wagtailadmin_choose_page_external_link": lambda request: "external-link-chooser-url" in request.POST,
    "wagtailredirects:process_import": lambda request: "input_format" in request.session,
}


def refuse_detours(request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Answer in place of a view of the package whose page does not allow what it would do.

    Raises:
        Http404: the page is gone, of which the package would make an error 500.
    """
    view = request.resolver_match.view_name if request.resolver_match else ""
    if request.method == "POST" and (refused := _refuse_unfounded(request, view)):
        return refused
    if view.startswith(SNIPPET_CHOOSER):
        # Wagtail shows the names of all of them to whoever enters the admin.
        app_label, model_name = view.removeprefix(SNIPPET_CHOOSER).split(":")[0].split("_", 1)
        return None if user_can_access_snippets(request.user, [apps.get_model(app_label, model_name)]) else _denied(request)
    if view in PAGE_CHOOSERS:
        _only_pages_that_are_seen(request, kwargs)
        return None
    if not view.startswith(LOCALIZE) or not request.user.is_authenticated:
        return None
    if view == CONVERT_TO_ALIAS:
        return _refuse_alias(request, kwargs)
    if view in SNIPPETS:
        model = get_snippet_model_from_url_params(kwargs["app_label"], kwargs["model_name"])
        return None if user_can_access_snippets(request.user, [model]) else _denied(request)
    if "translation_id" in kwargs:
        target = rights.target_of(kwargs["translation_id"])
        if view not in READING and not rights.may_write(request.user, target):
            return _denied(request)
    return None


def _only_pages_that_are_seen(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """Keep a dialogue to what its list shows: it would name any page by its number.

    Raises:
        Http404: one of the pages is a draft that somebody may not open, or in the bin.
    """
    asked = {str(pk) for pk in (kwargs.get("parent_page_id"), *request.GET.getlist("id")) if pk is not None}
    asked = {pk for pk in asked if pk.isdecimal()}
    if choosable(Page.objects.filter(pk__in=asked), request.user).count() < len(asked):
        raise Http404


def _refuse_unfounded(request: HttpRequest, view: str) -> HttpResponse | None:
    """Refuse a form whose view takes for granted what was not sent, or not done before, and would fail."""
    # In a dialogue nothing is made: there is no form for it, which the view does not look at.
    has_ground = (lambda request: False) if view.startswith(SNIPPET_CHOOSER) and view.endswith(":create") else GROUNDS.get(view)
    if has_ground is None or has_ground(request):
        return None
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def _denied(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = permission_denied(request)
    return answer


def _refuse_alias(request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse | None:
    """An alias has the text of its source and is as live as it, from now on: it takes the right to publish."""
    page = get_object_or_404(Page, pk=kwargs["page_id"]).specific
    if isinstance(page, ReviewedPage):
        if request.method != "POST":
            return None
        messages.error(request, _("In the library a page can’t be made an alias: it would be published without review."))
        return redirect("wagtailadmin_pages:edit", kwargs["page_id"])
    return None if rights.may_publish(request.user, page) else _denied(request)
