"""The list of enrolments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import django_filters
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from administration.lists.course_titles import Outlines
from administration.lists.filters import course_filter, day_filter, learner_filter
from administration.lists.listing import Heading, Line, Listing
from administration.lists.search import credential_named, learner_ids
from foundation.civil_dates import civil_date
from learning.models import Enrolment

STATES = {
    "active": _("taking part"),
    "finished": _("finished"),
    "withdrawn": _("withdrawn"),
}


def enrolment_state(enrolment: Enrolment) -> str:
    """Return the state of an enrolment. Whoever finished stays finished, also after leaving."""
    if enrolment.completed_at is not None:
        return "finished"
    return "withdrawn" if enrolment.state == Enrolment.State.WITHDRAWN else "active"


class EnrolmentFilters(WagtailFilterSet):
    """Which enrolments."""

    course = course_filter()
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(STATES.items()), method="in_state", widget=forms.RadioSelect, empty_label=_("All")
    )
    language = django_filters.ChoiceFilter(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect, empty_label=_("All"))
    enrolled = day_filter("enrolled_on", _("Enrolled on"))
    completed = day_filter("completed_at", _("Completed on"))
    learner = learner_filter("learner")

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """Return those in a state, as the list says it."""
        if value == "finished":
            return rows.filter(completed_at__isnull=False)
        state = Enrolment.State.WITHDRAWN if value == "withdrawn" else Enrolment.State.ACTIVE
        return rows.filter(state=state, completed_at__isnull=True)


class EnrolmentListing(Listing):
    """Who takes or took which course, and how far they are."""

    name = "enrolments"
    title = _("Enrolments")
    icon = "list-ul"
    model = Enrolment
    permission = "learning.view_enrolment"
    filterset = EnrolmentFilters
    search_help = _("E-mail address, name or certificate code")
    joined = "learner__date_joined"
    headings = (
        Heading("email", _("E-mail address")),
        Heading("name", _("Name")),
        Heading("course", _("Course")),
        Heading("state", _("State")),
        Heading("percent", _("Percent")),
        # "3/12" in a file is the third of December to a spreadsheet.
        Heading("steps", _("Steps"), in_file=False),
        Heading("done", _("Steps done"), in_page=False),
        Heading("required", _("Steps required"), in_page=False),
        Heading("language", _("Language")),
        Heading("enrolled_on", _("Enrolled on"), sort_key="enrolled_on"),
        Heading("completed_on", _("Completed on")),
        Heading("course_key", _("Course key"), in_page=False),
    )
    orderings = {"-enrolled_on": ("-enrolled_on", "-pk"), "enrolled_on": ("enrolled_on", "pk")}

    def rows(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.select_related("learner").only(
            *("course_key", "outline_id", "state", "language", "done_bits", "enrolled_on", "completed_at"),
            *("learner__email", "learner__printed_name"),
        )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        if (credential := credential_named(query)) is not None:
            return rows.filter(pk=credential.enrolment_id)
        return rows.filter(learner__in=learner_ids(query))

    def link(self, row: Any, user: Any) -> str:
        return reverse("record_enrolments:record", args=[row.pk]) if user.has_perm("learning.open_record") else ""

    def reader(self, language: str) -> Callable[[Sequence[Any]], list[Line]]:
        outlines, languages = Outlines(), dict(settings.LANGUAGES)

        def read(rows: Sequence[Any]) -> list[Line]:
            found = cast(Sequence[Enrolment], rows)
            outlines.load((row.outline_id for row in found), (row.course_key for row in found), language)
            return [line(row) for row in found]

        def line(row: Enrolment) -> Line:
            needed = outlines.needed[row.outline_id]
            done, total = (row.done_bits & needed).bit_count(), needed.bit_count()
            finished = row.completed_at is not None
            return {
                "email": row.learner.email,
                "name": row.learner.printed_name,
                "course": outlines.title(row.course_key, row.outline_id, language),
                "state": STATES[enrolment_state(row)],
                "percent": 100 if finished else 100 * done // total if total else 0,
                "steps": f"{done}/{total}",
                "done": done,
                "required": total,
                "language": languages.get(row.language, row.language),
                "enrolled_on": row.enrolled_on,
                "completed_on": civil_date(row.completed_at) if row.completed_at else None,
                "course_key": str(row.course_key),
            }

        return read
