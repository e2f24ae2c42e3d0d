"""The list of certificates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from administration.lists.filters import course_filter, day_filter, learner_filter
from administration.lists.listing import Heading, Line, Listing
from administration.lists.search import credential_ids, credentials_found, is_too_common
from courses.models import CourseRun
from credentials.certificate.values import credential_title, written_code
from credentials.models import Credential, CredentialHold

STATES = {
    "valid": _("valid"),
    "held": _("valid, its PDF is on hold"),
    "revoked": _("revoked"),
    "replaced": _("replaced"),
}
# Open holds of the certificate at hand.
HELD = CredentialHold.objects.filter(credential=OuterRef("pk"), resolved_at__isnull=True)


def certificate_state(credential: Credential, *, is_held: bool) -> str:
    """Return the state of a certificate. One that was replaced is revoked as well, and counts as replaced."""
    if credential.replaced_by_id is not None:
        return "replaced"
    if credential.revoked_at is not None:
        return "revoked"
    return "held" if is_held else "valid"


class CertificateFilters(WagtailFilterSet):
    """Which certificates."""

    course = course_filter("for_course")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(STATES.items()), method="in_state", widget=forms.RadioSelect, empty_label=_("All")
    )
    basis = django_filters.ChoiceFilter(label=_("Basis"), choices=Credential.Basis.choices, widget=forms.RadioSelect, empty_label=_("All"))
    issued = day_filter("issued_at", _("Issued on"))
    learner = learner_filter("holder__learner")

    class Meta:
        model = Credential
        fields: list[str] = []

    def for_course(self, rows: QuerySet[Credential], name: str, value: str) -> QuerySet[Credential]:
        """Return those for one course, in whatever run."""
        runs = CourseRun.objects.filter(course_key=value).values_list("pk", flat=True)
        return rows.filter(subject_kind="course", subject_key__in=[f"{value}:{run}" for run in runs])

    def in_state(self, rows: QuerySet[Credential], name: str, value: str) -> QuerySet[Credential]:
        """Return those in a state, as the list says it."""
        if value == "replaced":
            return rows.filter(replaced_by__isnull=False)
        rows = rows.filter(replaced_by__isnull=True, revoked_at__isnull=value != "revoked")
        if value == "revoked":
            return rows
        held = Exists(HELD)
        return rows.filter(held if value == "held" else ~held)


class CertificateListing(Listing):
    """What was issued to whom, and whether it is still valid."""

    name = "certificates"
    title = _("Certificates")
    icon = "success"
    model = Credential
    permission = "credentials.view_credential"
    filterset = CertificateFilters
    search_help = _("Certificate code, name printed or e-mail address")
    joined = "holder__learner__date_joined"
    headings = (
        Heading("code", _("Code")),
        Heading("name", _("Name printed")),
        Heading("email", _("E-mail address")),
        Heading("course", _("Course")),
        Heading("issued_at", _("Issued"), sort_key="issued_at"),
        Heading("state", _("State")),
        Heading("basis", _("Basis")),
        Heading("revoked_at", _("Revoked"), in_page=False),
        Heading("id", _("Number"), in_page=False),
    )
    orderings = {"-issued_at": ("-issued_at", "-pk"), "issued_at": ("issued_at", "pk")}
    keyset = ("issued_at", "pk")

    def rows(self) -> QuerySet[Credential]:
        return (
            Credential.objects.annotate(is_held=Exists(HELD))
            .select_related("holder__learner")
            .only(
                *("code", "snapshot", "issued_at", "revoked_at", "replaced_by_id", "basis"),
                *("holder__printed_name", "holder__learner__email"),
            )
        )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        return rows.filter(pk__in=credential_ids(query))

    def is_too_common(self, query: str) -> bool:
        return is_too_common(credentials_found(query))

    def link(self, row: Any, user: Any) -> str:
        return reverse("certificates_admin:detail", args=[row.pk])

    def joined_by(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        """Return also the certificates that have no holder any more."""
        return rows.filter(Q(**{f"{self.joined}__lte": moment}) | Q(holder__learner=None))

    def reader(self, language: str) -> Callable[[Sequence[Any]], list[Line]]:
        bases = {value: str(label) for value, label in Credential.Basis.choices}

        def read(rows: Sequence[Any]) -> list[Line]:
            return [line(row) for row in rows]

        def line(row: Any) -> Line:
            holder = getattr(row, "holder", None)
            return {
                "code": written_code(row.code),
                "name": holder.printed_name if holder else "",
                "email": holder.learner.email if holder and holder.learner else "",
                "course": credential_title(row.snapshot, language)[0],
                "issued_at": row.issued_at,
                "state": STATES[certificate_state(row, is_held=row.is_held)],
                "basis": bases.get(row.basis, row.basis),
                "revoked_at": row.revoked_at,
                "id": str(row.pk),
            }

        return read
