"""Filters that several lists share. A person is chosen by searching: no list of people is ever a <select>."""

from __future__ import annotations

from typing import Any

import django_filters
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


def day_filter(field: str, label: Any) -> django_filters.DateFromToRangeFilter:
    """Return a filter by the first and last day."""
    return django_filters.DateFromToRangeFilter(label=label, field_name=field, widget=DateRangePickerWidget)
