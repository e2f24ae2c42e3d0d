"""The definition of a list of the record, for its page and its file: rows, filters, search and columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.utils.datastructures import MultiValueDict
from wagtail.admin.filters import WagtailFilterSet

from administration.lists.search import is_too_common, people_found

Line = dict[str, Any]
# The name under which a list is searched, as in all of Wagtail's lists.
SEARCH = "q"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column. `sort_key` only where an index makes it cheap; some are for the page only, or for files only."""

    name: str
    label: Any
    sort_key: str = ""
    in_page: bool = True
    in_file: bool = True


class FiltersInvalid(Exception):
    """A filter has a value that it cannot have."""


class Listing(ABC):
    """One list. `line` turns a row into plain values, dates as dates; whoever shows them formats them."""

    name: ClassVar[str]
    title: ClassVar[Any]
    icon: ClassVar[str]
    model: ClassVar[type[Model]]
    permission: ClassVar[str]
    filterset: ClassVar[type[WagtailFilterSet]]
    headings: ClassVar[tuple[Heading, ...]]
    # What orders the rows: by sort key, the first is the default. Each ends in what is unique.
    orderings: ClassVar[Mapping[str, tuple[str, ...]]]
    # What a file is cut into batches by: unique, and in an index in this order.
    keyset: ClassVar[tuple[str, ...]] = ("pk",)
    search_help: ClassVar[Any]
    # Where a row says since when its person has an account.
    joined: ClassVar[str]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return all rows with what a line needs of them, and nothing heavier."""

    @abstractmethod
    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Return the rows that match what was typed."""

    def is_too_common(self, query: str) -> bool:
        """Whether so many people fit what was typed that a page should ask for more: all would have to be read to find the newest."""
        return is_too_common(people_found(query))

    @abstractmethod
    def reader(self, language: str) -> Callable[[Sequence[Any]], list[Line]]:
        """Return what turns batches of rows into lines, in a few queries a batch; it may remember what it has read."""

    @abstractmethod
    def link(self, row: Any, user: Any) -> str:
        """Return the address of what is behind a row; nothing when this person may not go there."""

    def parameters(self, query: MultiValueDict[str, str]) -> dict[str, str]:
        """Return those parameters of an address that choose rows, without empty ones: what an export is asked with."""
        names = [SEARCH, *_parameter_names(self.filterset(data={}, queryset=self.rows()).form.fields)]
        return {name: value for name in names if (value := (query.get(name) or "").strip())}

    def select(self, parameters: Mapping[str, str]) -> QuerySet[Any]:
        """Return the rows that the parameters choose, in no order.

        Raises:
            FiltersInvalid: see there.
        """
        filters = self.filterset(data=MultiValueDict({name: [value] for name, value in parameters.items()}), queryset=self.rows())
        if not filters.is_valid():
            raise FiltersInvalid
        rows: QuerySet[Any] = filters.qs
        query = parameters.get(SEARCH, "")
        return (self.search(rows, query) if query else rows).order_by()

    def joined_by(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        """Return the rows of those who had an account by then: who comes while a file is written can neither be in it nor delay it."""
        return rows.filter(**{f"{self.joined}__lte": moment})

    def after(self, rows: QuerySet[Any], last: Any) -> QuerySet[Any]:
        """Return the rows behind one, in the order of the keyset."""
        ordered = rows.order_by(*self.keyset)
        if last is None:
            return ordered
        values = [getattr(last, name) for name in self.keyset]
        first, *others = self.keyset
        if not others:
            return ordered.filter(**{f"{first}__gt": values[0]})
        # The first condition says no more than the second, but an index can begin with it.
        later = Q(**{f"{first}__gt": values[0]}) | Q(**{first: values[0], f"{others[0]}__gt": values[1]})
        return ordered.filter(later, **{f"{first}__gte": values[0]})


def _parameter_names(fields: Mapping[str, Any]) -> Iterable[str]:
    for name, field in fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        yield from ([f"{name}_{suffix}" for suffix in suffixes] if suffixes else [name])
