"""The list of attempts at assessments. Shows results, never papers, answers or keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from administration.lists.course_titles import Outlines, titles_of_pages
from administration.lists.filters import course_filter, day_filter, learner_filter
from administration.lists.listing import Heading, Line, Listing
from administration.lists.search import credential_named, learner_ids
from learning.models import Attempt

RESULTS = {
    "passed": _("passed"),
    "failed": _("not passed"),
    "open": _("not sent yet"),
}


class AttemptFilters(WagtailFilterSet):
    """Which attempts."""

    course = course_filter("of_course")
    result = django_filters.ChoiceFilter(
        label=_("Result"), choices=list(RESULTS.items()), method="with_result", widget=forms.RadioSelect, empty_label=_("All")
    )
    started = day_filter("started_at", _("Started on"))
    learner = learner_filter("enrolment__learner")

    class Meta:
        model = Attempt
        fields: list[str] = []

    def of_course(self, rows: QuerySet[Attempt], name: str, value: str) -> QuerySet[Attempt]:
        """Return those of one course."""
        return rows.filter(enrolment__course_key=value)

    def with_result(self, rows: QuerySet[Attempt], name: str, value: str) -> QuerySet[Attempt]:
        """Return the attempts with this result, or those that have none yet."""
        return rows.filter(passed=None if value == "open" else value == "passed")


class AttemptListing(Listing):
    """Who took which assessment, when, and with what result."""

    name = "attempts"
    title = _("Attempts")
    icon = "form"
    model = Attempt
    permission = "learning.view_attempt"
    filterset = AttemptFilters
    search_help = _("E-mail address, name or certificate code")
    joined = "enrolment__learner__date_joined"
    headings = (
        Heading("email", _("E-mail address")),
        Heading("name", _("Name")),
        Heading("course", _("Course")),
        Heading("step", _("Assessment")),
        Heading("number", _("Attempt")),
        Heading("score", _("Score in percent")),
        Heading("result", _("Result")),
        Heading("started_at", _("Started"), sort_key="started_at"),
        Heading("submitted_at", _("Sent")),
    )
    orderings = {"-started_at": ("-started_at", "-pk"), "started_at": ("started_at", "pk")}

    def rows(self) -> QuerySet[Attempt]:
        return Attempt.objects.select_related("enrolment__learner").only(
            *("step_key", "number", "score", "passed", "started_at", "submitted_at"),
            *("enrolment__course_key", "enrolment__outline_id"),
            *("enrolment__learner__email", "enrolment__learner__printed_name"),
        )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        if (credential := credential_named(query)) is not None:
            return rows.filter(enrolment=credential.enrolment_id)
        return rows.filter(enrolment__learner__in=learner_ids(query))

    def link(self, row: Any, user: Any) -> str:
        return reverse("record_enrolments:record", args=[row.enrolment_id]) if user.has_perm("learning.open_record") else ""

    def reader(self, language: str) -> Callable[[Sequence[Any]], list[Line]]:
        outlines = Outlines()
        steps: dict[Any, str] = {}

        def read(rows: Sequence[Any]) -> list[Line]:
            found = cast(Sequence[Attempt], rows)
            outlines.load((row.enrolment.outline_id for row in found), (row.enrolment.course_key for row in found), language)
            if missing := {row.step_key for row in found} - steps.keys():
                steps.update(dict.fromkeys(missing, "") | titles_of_pages(missing, language))
            return [line(row) for row in found]

        def line(row: Attempt) -> Line:
            enrolment = row.enrolment
            remembered = outlines.documents[enrolment.outline_id].by_key.get(row.step_key)
            return {
                "email": enrolment.learner.email,
                "name": enrolment.learner.printed_name,
                "course": outlines.title(enrolment.course_key, enrolment.outline_id, language),
                "step": steps[row.step_key] or (remembered.title(language) if remembered else ""),
                "number": row.number,
                "score": row.score,
                "result": RESULTS["open" if row.passed is None else "passed" if row.passed else "failed"],
                "started_at": row.started_at,
                "submitted_at": row.submitted_at,
            }

        return read
