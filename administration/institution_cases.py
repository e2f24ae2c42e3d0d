"""Second sign-ins of institutions, for support: what waits, whose account it is, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.institutions import name_of_institution
from accounts.models import InstitutionCase, InstitutionIdentity
from accounts.services.decide_institution import decide_institution
from administration.account_cases import CasesView, CaseView, CaseViewSet, DecisionForm
from administration.certificates.base import actor_of

DECIDE_INSTITUTION = "accounts.decide_institutioncase"


def open_institution_cases() -> QuerySet[InstitutionCase]:
    """Return the cases that wait, the oldest first."""
    return InstitutionCase.objects.filter(decided_at=None).order_by("at", "pk")


class InstitutionDecisionForm(DecisionForm):
    """Which sign-in it is, and why."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=InstitutionCase.Outcome.choices, widget=forms.RadioSelect)


class InstitutionCasesView(CasesView):
    """The list of those that wait."""

    any_of = (DECIDE_INSTITUTION,)
    namespace = "institution_cases"
    template_name = "administration/institution_cases.html"
    page_title = _("Second sign-ins")
    header_icon = "group"

    def waiting(self) -> QuerySet[InstitutionCase]:
        return open_institution_cases().select_related("user")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"cases": [(case, name_of_institution(case.institution), url) for case, url in context["cases"]]}


class InstitutionCaseView(CaseView):
    """One case, with both sign-ins."""

    any_of = (DECIDE_INSTITUTION,)
    list_view = InstitutionCasesView
    form_class = InstitutionDecisionForm
    template_name = "administration/institution_case.html"
    page_title = _("Second sign-in")
    header_icon = "group"
    said = _("It is decided. The account’s owner is told by e-mail.")

    def cases(self) -> QuerySet[InstitutionCase]:
        return InstitutionCase.objects.all()

    def get_page_subtitle(self) -> str:
        return str(self.case.user.email)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        joined = InstitutionIdentity.objects.filter(user=self.case.user, issuer=self.case.issuer).first()
        institution = name_of_institution(self.case.institution)
        return {**super().get_context_data(**kwargs), "joined": joined, "institution": institution}

    def decide(self, outcome: str, reason: str) -> None:
        decided = InstitutionCase.Outcome(outcome)
        decide_institution(actor=actor_of(self.request), case_id=self.case.pk, outcome=decided, reason=reason, now=timezone.now())


class InstitutionCaseViewSet(CaseViewSet):
    """Everything below /admin/institution-cases/."""

    case_view = InstitutionCaseView


institution_cases = InstitutionCaseViewSet("institution_cases", url_prefix="institution-cases")
