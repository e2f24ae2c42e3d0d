"""Filters that several lists share. A person is chosen by searching: no list of people is ever a <select>."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.fields
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget

from accounts.models import User
from administration.lists.choosers import learner_chooser
from administration.lists.course_titles import course_choices


def course_filter(method: str = "") -> django_filters.ChoiceFilter:
    """Return a filter by course; the choices are read when the form is drawn."""
    more: dict[str, Any] = {"method": method} if method else {"field_name": "course_key"}
    return django_filters.ChoiceFilter(label=_("Course"), choices=course_choices, empty_label=_("All"), **more)


def learner_filter(field: str) -> django_filters.ModelChoiceFilter:
    """Return a filter by person."""
    return django_filters.ModelChoiceFilter(
        label=_("Learner"), field_name=field, queryset=User.objects.all(), widget=learner_chooser.widget_class
    )


class DaysOfTheSite(django_filters.fields.DateRangeField):
    """A first and a last day, as the list shows days: in the site's time zone, and not in that of the editor."""

    def compress(self, data_list: Any) -> Any:
        with timezone.override(None):
            return super().compress(data_list)


class DayFilter(django_filters.DateFromToRangeFilter):
    """A filter by the first and last day."""

    field_class = DaysOfTheSite


def day_filter(field: str, label: Any) -> DayFilter:
    """Return a filter by the first and last day."""
    return DayFilter(label=label, field_name=field, widget=DateRangePickerWidget)
