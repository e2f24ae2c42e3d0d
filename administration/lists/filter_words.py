"""Describe the filters of an export in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _

from administration.lists.listing import SEARCH, Listing

# The label of a field, and the words of its choices by value.
Field = tuple[str, dict[str, str]]


class FilterWords:
    """Says filters in words. For one request: what a list's filters are called is read once, however many exports there are."""

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, Field]] = {}

    def of(self, listing: Listing, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return filters as pairs of label and value."""
        if parameters and listing.name not in self._fields:
            form = listing.filterset(data={}, queryset=listing.rows()).form
            self._fields[listing.name] = {name: (str(field.label), _choices(field)) for name, field in form.fields.items()}
        fields = self._fields.get(listing.name, {})
        return [_said(fields, name, value) for name, value in parameters.items()]


def _choices(field: forms.Field) -> dict[str, str]:
    """Return choices only where they are few: a person is a number here."""
    if not isinstance(field, forms.ChoiceField) or hasattr(field, "queryset"):
        return {}
    return {str(value): str(label) for value, label in cast(Any, field).choices}


def _said(fields: Mapping[str, Field], name: str, value: str) -> tuple[str, str]:
    if name == SEARCH:
        return _("Search"), value
    label, choices = fields.get(name) or fields.get(name.rpartition("_")[0]) or (name, {})
    if name.endswith("_from"):
        label = _("%(what)s, from") % {"what": label}
    elif name.endswith("_to"):
        label = _("%(what)s, to") % {"what": label}
    return label, choices.get(value, value)
