"""Check a request to the admin before its view: set its language, and stop packages that would publish without review."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.admin.localization import get_available_admin_languages
from wagtail.models import Page

from core.models import ReviewedPage

UPDATE_TRANSLATIONS = "wagtail_localize:update_translations"
CONVERT_TO_ALIAS = "wagtail_localize:convert_to_alias"


def admin_language(language: str) -> str:
    """Return the language of the admin for somebody's language: Wagtail speaks the Portuguese of Brazil, and not plain "pt"."""
    known = [code for code, _name in get_available_admin_languages()]
    if language in known:
        return language
    return next((code for code in known if code.split("-")[0] == language), settings.LANGUAGE_CODE)


def follow_language(request: HttpRequest) -> None:
    """Show the admin in a person's own language; what they chose in the admin itself stands before it."""
    user = request.user
    if user.is_authenticated and user.language:
        translation.activate(admin_language(user.language))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


def refuse_detours(request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse | None:
    """Keep wagtail-localize from publishing a page that nobody has reviewed: it checks no right to publish."""
    if request.method != "POST" or request.resolver_match is None:
        return None
    view = request.resolver_match.view_name
    if view == UPDATE_TRANSLATIONS and "publish_translations" in request.POST and _is_reviewed_source(kwargs):
        reduced = request.POST.copy()
        del reduced["publish_translations"]
        request.POST = reduced  # type: ignore[assignment]
        messages.warning(request, _("Nothing was published: in the library each language has a review of its own."))
    if view == CONVERT_TO_ALIAS and _is_reviewed(kwargs.get("page_id")):
        messages.error(request, _("In the library a page can’t be made an alias: it would be published without review."))
        return redirect("wagtailadmin_pages:edit", kwargs["page_id"])
    return None


def _is_reviewed(page_id: Any) -> bool:
    page = Page.objects.filter(pk=page_id).first()
    return page is not None and page.specific_class is not None and issubclass(page.specific_class, ReviewedPage)


def _is_reviewed_source(kwargs: dict[str, Any]) -> bool:
    from wagtail_localize.models import TranslationSource

    source = TranslationSource.objects.filter(pk=kwargs.get("translation_source_id")).select_related("specific_content_type").first()
    model = source.specific_content_type.model_class() if source is not None else None
    return model is not None and issubclass(model, ReviewedPage)
