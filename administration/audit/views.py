"""The list of the audit trail: read and filtered, never changed."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, Table, TitleColumn
from wagtail.admin.views import generic

from accounts import audit
from accounts.models import AuditEntry
from administration.audit.actors import names_of
from administration.lists.paginator import CappedPaginator

AUDIT = "accounts.view_auditentry"


# From each number to the next one in the index (auditentry_actor): as many steps as people, however long the trail is. DISTINCT
# would read all of it. https://wiki.postgresql.org/wiki/Loose_indexscan
ACTORS = """
WITH RECURSIVE who(actor_id) AS (
  SELECT MIN(actor_id) FROM accounts_auditentry
  UNION ALL
  SELECT (SELECT MIN(entry.actor_id) FROM accounts_auditentry entry WHERE entry.actor_id > who.actor_id)
  FROM who WHERE who.actor_id IS NOT NULL
)
SELECT actor_id FROM who WHERE actor_id IS NOT NULL
"""


def _actors() -> list[tuple[int, str]]:
    """Return those who ever did something: people who work here, a few dozen at most. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(ACTORS)
        names = names_of(actor for (actor,) in cursor.fetchall())
    return sorted(((actor, f"{name} ({actor})") for actor, name in names.items()), key=lambda pair: pair[1])


def _acts() -> list[tuple[str, str]]:
    """Return the acts that there are, for the filter."""
    return [(act.name, str(act.label)) for act in audit.ACTS]


class AuditFilters(WagtailFilterSet):
    """What, who and when."""

    action = django_filters.ChoiceFilter(label=gettext_lazy("What"), choices=_acts, empty_label=gettext_lazy("All"))
    actor = django_filters.ChoiceFilter(label=gettext_lazy("Who"), field_name="actor_id", choices=_actors, empty_label=gettext_lazy("All"))
    at = django_filters.DateFromToRangeFilter(label=gettext_lazy("When"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class AuditView(generic.IndexView):
    """Every entry, the newest first."""

    model = AuditEntry
    any_permission_required = None
    page_title = gettext_lazy("Audit trail")
    header_icon = "history"
    index_url_name = "certificates_admin:audit"
    index_results_url_name = "certificates_admin:audit_results"
    filterset_class = AuditFilters
    is_searchable = False
    paginate_by = 50
    paginator_class = CappedPaginator
    default_ordering = "-at"
    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(AUDIT):
            raise PermissionDenied
        # What leaves as a file is asked for in the lists, with an entry of its own.
        self.is_export = False
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def user_has_permission(self, permission: str) -> bool:
        return False

    def filter_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Filter; a filter that can't be understood shows nothing, never everything."""
        if not self.filters.is_valid():
            return queryset.none()
        rows: QuerySet[AuditEntry] = super().filter_queryset(queryset)
        return rows

    def order_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.order_by(self.ordering, "-pk")

    @cached_property
    def no_results_message(self) -> str:
        if not self.filters.is_valid():
            return _("A filter has a value that it can’t have. Clear it, or choose another.")
        return _("Nothing was written down that matches.") if self.is_filtering else _("There is nothing here yet.")

    @cached_property
    def columns(self) -> list[Column]:
        """When, who, what, to what, and why."""
        return [
            Column("when", label=_("When"), sort_key="at", width="15%"),
            Column("who", label=_("Who"), width="20%"),
            TitleColumn("words", label=_("What"), get_url=self.subject_url, width="30%"),
            Column("reason", label=_("Reason")),
        ]

    def get_table(self, object_list: Any) -> Table:
        rows = list(object_list)
        names = names_of(row.actor_id for row in rows)
        for row in rows:
            row.who, row.words = names[row.actor_id], audit.label_of_act(row.action)
            row.when = date_format(timezone.localtime(row.at), "SHORT_DATETIME_FORMAT")
        return super().get_table(rows)

    def subject_url(self, row: AuditEntry) -> str | None:
        """Return where the thing is that it was done to, for those who may go there."""
        return audit.subject_address(row, self.request.user)
