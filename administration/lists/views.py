"""The pages of the lists, based on Wagtail's own: paged, searched, filtered and sorted by the database."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column, Table, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton

from administration.lists.course_titles import reading_language
from administration.lists.listing import Heading, Listing
from administration.lists.paginator import MOST, CappedPaginator
from administration.lists.registry import LISTINGS
from administration.lists.search import LONGEST_QUERY

PER_PAGE = 50


class LineColumn(Column):
    """A column whose value the listing has worked out."""

    def get_value(self, instance: Any) -> Any:
        return instance.line[self.name]


class LinkColumn(TitleColumn):
    """The first column: leads to what is behind the row."""

    def get_value(self, instance: Any) -> Any:
        return instance.line[self.name]


class ListingView(generic.IndexView):
    """One list. `listing` says what is in it; nothing is added, changed or deleted here."""

    # Always given by the viewset; Django takes only what is named here.
    listing: Listing = LISTINGS["enrolments"]
    any_permission_required = None
    paginate_by = PER_PAGE
    paginator_class = CappedPaginator
    is_searchable = True
    template_name = "administration/list.html"
    results_template_name = "administration/list_results.html"
    default_ordering = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(self.listing.permission):
            raise PermissionDenied
        # Wagtail would write the whole list into the answer: files are asked for, and written in the background.
        self.is_export = False
        self.model = self.listing.model
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def user_has_permission(self, permission: str) -> bool:
        return False

    def get_page_title(self) -> str:
        return str(self.listing.title)

    def get_search_form(self) -> Any:
        form = super().get_search_form()
        form.fields["q"].widget.attrs |= {"placeholder": self.listing.search_help, "maxlength": LONGEST_QUERY}
        return form

    @property
    def filterset_class(self) -> Any:
        return self.listing.filterset

    def get_base_queryset(self) -> QuerySet[Any]:
        return self.listing.rows()

    def get_ordering(self) -> str:
        wanted = self.request.GET.get("ordering", "")
        return wanted if wanted in self.listing.orderings else next(iter(self.listing.orderings))

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.order_by(*self.listing.orderings[self.ordering])

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter; a filter that can't be understood shows nothing, never everything."""
        if not self.filters.is_valid():
            return queryset.none()
        rows: QuerySet[Any] = self.filters.filter_queryset(queryset)
        return rows

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.is_too_common:
            return queryset.none()
        return self.listing.search(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def is_too_common(self) -> bool:
        """Whether more people fit the search than a list shows."""
        return self.is_searching and self.listing.is_too_common(self.search_query)

    @cached_property
    def no_results_message(self) -> str:
        if not self.filters.is_valid():
            return _("A filter has a value that it can’t have. Clear it, or choose another.")
        if self.is_too_common:
            most = number_format(MOST, force_grouping=True)
            return _("More than %(n)s fit this search. Add another word of the name, or more of the address.") % {"n": most}
        if self.is_searching or self.is_filtering:
            return _("Nothing matches. Search for the beginning of an address, whole words of a name, or a code.")
        return _("There is nothing here yet.")

    @cached_property
    def columns(self) -> list[Column]:
        first, *others = [heading for heading in self.listing.headings if heading.in_page]
        return [self._first_column(first), *(LineColumn(h.name, label=h.label, sort_key=h.sort_key or None) for h in others)]

    def _first_column(self, heading: Heading) -> Column:
        # Wide enough for most addresses on one line.
        return LinkColumn(heading.name, label=heading.label, sort_key=heading.sort_key or None, get_url=self.get_row_url, width="22%")

    def get_row_url(self, row: Any) -> str | None:
        """Return what is one click behind a row, as far as the person may go there."""
        return self.listing.link(row, self.request.user) or None

    def get_table(self, object_list: Any) -> Table:
        rows = list(object_list)
        for row, line in zip(rows, self.listing.reader(reading_language())(rows), strict=True):
            row.line = line
        return super().get_table(rows)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm("administration.export_records"):
            return []
        query = urlencode(self.listing.parameters(self.request.GET))
        url = reverse("record_exports:ask", args=[self.listing.name])
        return [HeaderButton(_("Export this list"), url=f"{url}?{query}" if query else url, icon_name="download")]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return context | {"most": MOST, "is_capped": context["paginator"].is_capped}
