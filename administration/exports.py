"""The pages of exports: ask for one, see how far they are, download the file."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from administration.export_rights import may_export
from administration.lists.course_titles import reading_language
from administration.lists.filter_words import FilterWords
from administration.lists.listing import FiltersInvalid, Listing
from administration.lists.paginator import CappedPaginator
from administration.lists.registry import LISTINGS
from administration.models import RecordExport
from administration.services.download_export import ExportGone, ExportNotAllowed, ExportUnknown, download_export
from administration.services.expire_exports import delete_own_export
from administration.services.request_export import ExportsTooMany, ExportUnderWay, request_export
from foundation.civil_dates import civil_date

TYPES = {
    RecordExport.Format.CSV: "text/csv; charset=utf-8",
    RecordExport.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The page is asked for every two seconds while a file is being written.
A_PAGE = 20


class FormatForm(forms.Form):
    """What kind of file."""

    file_format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=[
            (RecordExport.Format.XLSX, gettext_lazy("XLSX, for Excel and other spreadsheets")),
            (RecordExport.Format.CSV, gettext_lazy("CSV, for programs")),
        ],
        initial=RecordExport.Format.XLSX,
        widget=forms.RadioSelect,
    )


def _crumbs(view: WagtailAdminTemplateMixin, *more: dict[str, Any]) -> list[dict[str, Any]]:
    return [*view.breadcrumbs_items, *more]


class AskView(WagtailAdminTemplateMixin, TemplateView):
    """What will be in the file, and what kind of file. The filters are those of the list, in the address."""

    template_name = "administration/export_ask.html"
    page_title = gettext_lazy("Export this list")
    header_icon = "download"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = LISTINGS.get(kwargs["listing"])
        if found is None:
            raise Http404
        if not may_export(cast(User, request.user), found.name):
            raise PermissionDenied
        self.listing: Listing = found
        self.parameters_of_list = found.parameters(request.GET)
        self.form = FormatForm(request.POST if request.method == "POST" else None)
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.listing.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(f"record_{self.listing.name}:index"), "label": self.listing.title}
        return _crumbs(self, index, {"url": "", "label": self.page_title})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        try:
            count = CappedPaginator(self.listing.select(self.parameters_of_list).order_by("pk"), 1).items_count_label
        except FiltersInvalid:
            count = ""
        return context | {
            "form": self.form,
            "count": count,
            "chosen": FilterWords().of(self.listing, self.parameters_of_list),
            "columns": [heading.label for heading in self.listing.headings if heading.in_file],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for it, and go to where its progress can be seen."""
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            self.listing.select(self.parameters_of_list)
        except FiltersInvalid:
            return self.render_to_response(self.get_context_data(), status=422)
        self._ask(request)
        return HttpResponseRedirect(reverse("record_exports:index"))

    def _ask(self, request: HttpRequest) -> None:
        try:
            _export, is_new = request_export(
                asked_by=cast(User, request.user),
                listing=self.listing.name,
                filters=self.parameters_of_list,
                file_format=RecordExport.Format(self.form.cleaned_data["file_format"]),
                language=reading_language(),
                now=timezone.now(),
            )
        except ExportUnderWay:
            messages.warning(request, _("Another list of yours is being written. Ask again when it is ready, or delete it below."))
        except ExportsTooMany as error:
            time = date_format(timezone.localtime(error.again_at), "TIME_FORMAT")
            messages.warning(request, _("You have asked for five lists in an hour. You can ask for the next at %(time)s.") % {"time": time})
        else:
            said = _("The list is being written.") if is_new else _("This very list is being written already. It was not asked for twice.")
            messages.success(request, said)


class ExportsView(WagtailAdminTemplateMixin, TemplateView):
    """My exports of the last day."""

    template_name = "administration/exports.html"
    page_title = gettext_lazy("Exports")
    header_icon = "download"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("administration.export_records"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return _crumbs(self, {"url": "", "label": self.page_title})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        mine = RecordExport.objects.asked_by(self.request.user).exclude(pk__in=RecordExport.objects.expired(now)).order_by("-asked_at")
        page = CappedPaginator(mine, A_PAGE).get_page(self.request.GET.get("p"))
        words = FilterWords()
        page.object_list = [
            {"export": export, "listing": LISTINGS[export.listing], "chosen": words.of(LISTINGS[export.listing], export.filters)}
            for export in page.object_list
        ]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        pages = page.paginator.get_elided_page_range(page.number)
        return context | {"rows": page, "elided_page_range": pages, "is_under_way": mine.under_way().exists()}


@require_GET
def download_file(request: HttpRequest, pk: UUID) -> Any:
    """The file, for who asked for it and still may have it."""
    try:
        export, file = download_export(export_id=pk, asker=cast(User, request.user), now=timezone.now())
    except ExportUnknown as error:
        raise Http404 from error
    except ExportNotAllowed as error:
        raise PermissionDenied from error
    except ExportGone:
        messages.warning(request, _("This file is no longer there. Ask for the list again."))
        return HttpResponseRedirect(reverse("record_exports:index"))
    kind = RecordExport.Format(export.format)
    name = f"puente-{export.listing}-{civil_date(export.asked_at).isoformat()}.{kind.value}"
    response = FileResponse(file, content_type=TYPES[kind], as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a file of mine before its day is over, or stop its writing."""
    if not request.user.has_perm("administration.export_records"):
        raise PermissionDenied
    if delete_own_export(export_id=pk, asked_by=cast(User, request.user)):
        messages.success(request, _("The file was deleted."))
    return HttpResponseRedirect(reverse("record_exports:index"))
