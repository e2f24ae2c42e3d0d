"""Divide lists of any length into pages: count up to a limit, and offer no page beyond it."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.paginator import WagtailPaginator

# Counting ten million rows takes a second, and a page far behind reads everything before it: nobody pages that far.
MOST = 10_000


class CappedPaginator(WagtailPaginator):
    """Knows of at most MOST rows. Who wants more filters, sorts the other way round, or exports."""

    @cached_property
    def found(self) -> int:
        """Rows found, counted up to one more than MOST."""
        return int(self.object_list.order_by().values("pk")[: MOST + 1].count())

    @cached_property
    def is_capped(self) -> bool:
        """Whether there are more rows than pages."""
        return self.found > MOST

    @cached_property
    def count(self) -> int:
        """Rows that have a page."""
        return min(self.found, MOST)

    @property
    def items_count_label(self) -> str:
        """How many there are, in words."""
        if self.is_capped:
            return _("More than %(n)s") % {"n": number_format(MOST, force_grouping=True)}
        return ngettext("%(n)s in all", "%(n)s in all", self.found) % {"n": number_format(self.found, force_grouping=True)}
