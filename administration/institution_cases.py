"""Second sign-ins of institutions, for support: what waits, whose account it is, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.viewsets.base import ViewSet

from accounts.admin_second_factor import just_shown
from accounts.institutions import name_of_institution
from accounts.models import InstitutionCase, InstitutionIdentity
from accounts.services.decide_institution import decide_institution
from administration.certificates.base import StaffPage, actor_of
from administration.contested_addresses import DecisionForm, state_of
from foundation.errors import Refused

DECIDE_INSTITUTION = "accounts.decide_institutioncase"


def open_institution_cases() -> QuerySet[InstitutionCase]:
    """Return the cases that wait, the oldest first."""
    return InstitutionCase.objects.filter(decided_at=None).order_by("at", "pk")


class InstitutionDecisionForm(DecisionForm):
    """Which sign-in it is, and why."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), choices=InstitutionCase.Outcome.choices, widget=forms.RadioSelect)


class InstitutionCasesView(StaffPage):
    """The list of those that wait."""

    any_of = (DECIDE_INSTITUTION,)
    template_name = "administration/institution_cases.html"
    page_title = gettext_lazy("Second sign-ins")
    header_icon = "group"
    http_method_names = ["get", "head"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cases = [
            {"case": case, "institution": name_of_institution(case.institution), "url": reverse("institution_cases:case", args=[case.pk])}
            for case in open_institution_cases().select_related("user")[:100]
        ]
        return {**super().get_context_data(**kwargs), "cases": cases}


class InstitutionCaseView(StaffPage):
    """One case: both sign-ins, the state of the account, and the decision. Sent twice, it is decided once."""

    any_of = (DECIDE_INSTITUTION,)
    template_name = "administration/institution_case.html"
    page_title = gettext_lazy("Second sign-in")
    header_icon = "group"

    def find(self) -> None:
        found = InstitutionCase.objects.filter(pk=self.kwargs["pk"]).select_related("user").first()
        if found is None:
            raise Http404
        self.case = found

    def get_page_subtitle(self) -> str:
        return self.case.user.email

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("institution_cases:index"), "label": InstitutionCasesView.page_title}
        return [*self.breadcrumbs_items, index, *self.path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"form": InstitutionDecisionForm(), **super().get_context_data(**kwargs)}
        joined = InstitutionIdentity.objects.filter(user=self.case.user, issuer=self.case.issuer).first()
        institution = name_of_institution(self.case.institution)
        return context | {"case": self.case, "joined": joined, "institution": institution, **state_of(self.case.user)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, or show what is missing."""
        form = InstitutionDecisionForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        outcome, reason = InstitutionCase.Outcome(form.cleaned_data["outcome"]), form.cleaned_data["reason"]
        try:
            decide_institution(actor=actor_of(request), case_id=self.case.pk, outcome=outcome, reason=reason, now=timezone.now())
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is decided. The account’s owner is told by e-mail."))
        return HttpResponseRedirect(reverse("institution_cases:index"))


class InstitutionCaseViewSet(ViewSet):
    """Everything below /admin/institution-cases/."""

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", InstitutionCasesView.as_view(), name="index"),
            path("<int:pk>/", just_shown(InstitutionCaseView.as_view()), name="case"),
        ]


institution_cases = InstitutionCaseViewSet("institution_cases", url_prefix="institution-cases")
