"""Views that stand in place of wagtail-localize's, under the same addresses: they ask the page, and make drafts.

They are registered before the package's own, so that these are found first (`editorial.wagtail_hooks`).
"""

from __future__ import annotations

from typing import Any

import polib  # type: ignore[import-untyped]
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.models import Locale, Page
from wagtail.permissions import page_permission_policy
from wagtail_localize.operations import TranslationCreator
from wagtail_localize.views import edit_translation
from wagtail_localize.views.report import TranslationsReportView
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsView

from editorial import translation_rights as rights
from editorial.models import ReviewedPage

# What every file that was made for a translation says of itself.
PO_MARK = "X-WagtailLocalize-TranslationID"


class DraftTranslations(TranslationCreator):  # type: ignore[misc] # wagtail-localize has no types
    """Makes translations as drafts, where somebody may, and leaves alone what a language has written already."""

    target_locales: list[Locale]

    def create_translations(self, instance: Any, include_related_objects: bool = True) -> None:
        """Make the translations of one page, and of what it points at."""
        asked: list[Locale] = self.target_locales
        if isinstance(instance, Page):
            page = instance.specific
            self.target_locales = [
                locale
                for locale in asked
                if not rights.has_own_text(page, locale)
                and rights.may_translate_from(self.user, page)
                and rights.may_translate_into(self.user, page, locale)
            ]
        try:
            if self.target_locales:
                super().create_translations(instance, include_related_objects)
        finally:
            self.target_locales = asked


class SubmitPageView(SubmitPageTranslationView):  # type: ignore[misc]
    """Hands a page, and what is below it, to translators: into the languages in whose tree somebody may make it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not rights.may_translate_from(request.user, self.object):
            raise PermissionDenied
        self.wanted = super().get_form().fields["locales"].queryset
        self.allowed = [locale for locale in self.wanted if rights.may_translate_into(request.user, self.object, locale)]
        if len(self.wanted) and not self.allowed:
            raise PermissionDenied
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form(self) -> Any:
        """As the package's, but for the languages that are left."""
        form = super().get_form()
        form.fields["locales"].queryset = self.wanted.filter(pk__in=[locale.pk for locale in self.allowed])
        return form

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Make the drafts, and lead to the one that was made or back to the list."""
        locales = list(form.cleaned_data["locales"])
        maker = DraftTranslations(self.request.user, locales)
        maker.create_translations(self.object)
        if form.cleaned_data["include_subtree"]:
            # From the top down: a page is made where its parent stands by then.
            for below in self.object.get_descendants().order_by("path"):
                maker.create_translations(below)
        self.components.save(maker, sources_and_translations=maker.mappings)
        one = locales[0] if len(locales) == 1 else None
        named = one.get_display_name() if one else ", ".join(locale.get_display_name() for locale in locales)
        messages.success(self.request, self.get_success_message(named))
        made = self.object.get_translation_or_none(one) if one else None
        return redirect(self.get_success_url() or self.get_default_success_url(made))


class UpdateView(UpdateTranslationsView):  # type: ignore[misc]
    """Brings translations up to their source: for whoever may edit each of them. Only who may publish each publishes."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rights.source_of(kwargs["translation_source_id"])
        self.targets = rights.targets_of(kwargs["translation_source_id"])
        if not all(rights.may_write(request.user, target) for target in self.targets):
            raise PermissionDenied
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Update; what may not be published stays as it is, and it is said."""
        asked = form.cleaned_data["publish_translations"]
        if asked and not all(rights.may_publish(self.request.user, target) for target in self.targets):
            form.cleaned_data["publish_translations"] = False
            is_reviewed = any(isinstance(target, ReviewedPage) for target in self.targets)
            messages.warning(
                self.request,
                _("Nothing was published: in the library each language has a review of its own.")
                if is_reviewed
                else _("Nothing was published: that takes the right to publish each of the translations."),
            )
        answer: HttpResponse = super().form_valid(form)
        return answer


class ReportView(TranslationsReportView):  # type: ignore[misc]
    """How far translations are, of the pages that somebody may open in the admin anyway."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_has_any_page_permission(request.user):
            raise PermissionDenied
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_queryset(self) -> QuerySet[Any]:
        """As the package's, of those pages."""
        pages = page_permission_policy.explorable_instances(self.request.user)
        found: QuerySet[Any] = super().get_queryset().filter(source__object_id__in=pages.values("translation_key"))
        return found


def _says_for_what(content: bytes) -> bool:
    """Whether a file is one of translations that names what it was made for. The package takes both for granted."""
    # Never the name of a file, which polib would open: no name holds the mark.
    if PO_MARK.encode() not in content:
        return False
    try:
        return PO_MARK in polib.pofile(content.decode()).metadata
    except (OSError, ValueError):
        return False


@require_POST
def upload_pofile(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Take up a file of translations; one that is none, or is missing, is said to be so."""
    target = rights.target_of(translation_id)
    if not rights.may_write(request.user, target):
        raise PermissionDenied
    file = request.FILES.get("file")
    if file is not None and _says_for_what(file.read()):
        file.seek(0)
        answer: HttpResponse = edit_translation.upload_pofile(request, translation_id)
        return answer
    messages.error(request, _("Nothing was taken up: choose a PO file that was downloaded from this very translation."))
    return redirect(get_valid_next_url_from_request(request) or reverse("wagtailadmin_home"))
