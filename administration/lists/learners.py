"""The list of learners: everyone with an account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from accounts.models import User
from administration.lists.filters import day_filter
from administration.lists.listing import Heading, Line, Listing
from administration.lists.search import credential_named, learner_ids
from credentials.models import CredentialHolder
from foundation.civil_dates import civil_date
from learning.models import Enrolment


class LearnerFilters(WagtailFilterSet):
    """Which learners."""

    language = django_filters.ChoiceFilter(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect, empty_label=_("All"))
    joined = day_filter("date_joined", _("Joined on"))

    class Meta:
        model = User
        fields: list[str] = []


class LearnerListing(Listing):
    """Who has an account, and how much they have taken and earned."""

    name = "learners"
    title = _("Learners")
    icon = "group"
    model = User
    permission = "learning.view_enrolment"
    filterset = LearnerFilters
    search_help = _("E-mail address, name or certificate code")
    joined = "date_joined"
    headings = (
        Heading("email", _("E-mail address"), sort_key="email"),
        Heading("name", _("Name")),
        Heading("language", _("Language")),
        # Numbers are given in the order of joining, and have an index.
        Heading("joined_on", _("Joined on"), sort_key="joined"),
        Heading("seen_on", _("Last signed in on")),
        Heading("enrolments", _("Enrolments")),
        Heading("certificates", _("Certificates")),
    )
    orderings = {"-joined": ("-pk",), "joined": ("pk",), "email": ("email",), "-email": ("-email",)}

    def rows(self) -> QuerySet[User]:
        return User.objects.only("email", "printed_name", "language", "date_joined", "last_login")

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        if (credential := credential_named(query)) is not None:
            holder = getattr(credential, "holder", None)
            return rows.filter(pk=holder.learner_id if holder else None)
        return rows.filter(pk__in=learner_ids(query))

    def link(self, row: Any, user: Any) -> str:
        return f"{reverse('record_enrolments:index')}?learner={row.pk}"

    def reader(self, language: str) -> Callable[[Sequence[Any]], list[Line]]:
        languages = dict(settings.LANGUAGES)

        def read(rows: Sequence[Any]) -> list[Line]:
            found = cast(Sequence[User], rows)
            ids = [row.pk for row in found]
            enrolments = _counted(Enrolment.objects.filter(learner__in=ids))
            certificates = _counted(CredentialHolder.objects.filter(learner__in=ids))
            return [
                {
                    "email": row.email,
                    "name": row.printed_name,
                    "language": languages.get(row.language, ""),
                    "joined_on": civil_date(row.date_joined),
                    "seen_on": civil_date(row.last_login) if row.last_login else None,
                    "enrolments": enrolments.get(row.pk, 0),
                    "certificates": certificates.get(row.pk, 0),
                }
                for row in found
            ]

        return read


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    """Return how many rows each learner has."""
    return dict(rows.order_by().values_list("learner_id").annotate(n=Count("pk")))
