"""Contested changes of address, for support: what waits, whose account it is, and the decision."""

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
from accounts.changes import label_of
from accounts.models import AddressChange, SecurityEvent, User
from accounts.second_factor import has_second_factor
from accounts.services.decide_address import decide_address
from accounts.services.record_audit import REASON_MAX, REASON_MIN
from administration.certificates.base import StaffPage, actor_of
from credentials.models import CredentialHolder
from foundation.errors import Refused
from learning.models import Enrolment

DECIDE = "accounts.decide_addresschange"
# As many lines of the history as help to see what happened.
LINES = 20


def open_cases() -> QuerySet[AddressChange]:
    """Return the cases that wait, the oldest first."""
    return AddressChange.objects.open_cases().order_by("reported_at", "pk")


class DecisionForm(forms.Form):
    """What support decides, and why."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), choices=AddressChange.Outcome.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("10 to 500 characters: how you made sure whose account it is. It is kept in the audit trail."),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CasesView(StaffPage):
    """The list of those that wait."""

    any_of = (DECIDE,)
    template_name = "administration/contested_addresses.html"
    page_title = gettext_lazy("Contested addresses")
    header_icon = "mail"
    http_method_names = ["get", "head"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cases = [(case, reverse("contested_addresses:case", args=[case.pk])) for case in open_cases()[:100]]
        return {**super().get_context_data(**kwargs), "cases": cases}


class CaseView(StaffPage):
    """One case: both addresses, the state of the account, and the decision. Sent twice, it is decided once."""

    any_of = (DECIDE,)
    template_name = "administration/contested_address.html"
    page_title = gettext_lazy("Contested address")
    header_icon = "mail"

    def find(self) -> None:
        found = AddressChange.objects.filter(pk=self.kwargs["pk"], reported_at__isnull=False).select_related("user").first()
        if found is None:
            raise Http404
        self.case = found

    def get_page_subtitle(self) -> str:
        return self.case.present

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("contested_addresses:index"), "label": CasesView.page_title}
        return [*self.breadcrumbs_items, index, *self.path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"form": DecisionForm(), **super().get_context_data(**kwargs)}
        return context | {"case": self.case, **state_of(self.case.user)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, or show what is missing."""
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        outcome = AddressChange.Outcome(form.cleaned_data["outcome"])
        try:
            decide_address(
                actor=actor_of(request), change_id=self.case.pk, outcome=outcome, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is decided. Both addresses are told by e-mail."))
        return HttpResponseRedirect(reverse("contested_addresses:index"))


def state_of(user: User) -> dict[str, Any]:
    """Return what helps to decide: the account, what its owner does, and what was changed. No results, no answers."""
    events = SecurityEvent.objects.filter(user=user).order_by("-at", "-pk")[:LINES]
    return {
        "learner": user,
        "has_password": user.has_usable_password(),
        "has_second_factor": has_second_factor(user),
        "enrolments": Enrolment.objects.for_learner(user).count(),
        "certificates": CredentialHolder.objects.filter(learner=user).count(),
        "events": [{"at": event.at, "label": label_of(event.kind), "detail": event.detail} for event in events],
    }


class ContestedAddressViewSet(ViewSet):
    """Everything below /admin/contested-addresses/."""

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", CasesView.as_view(), name="index"),
            path("<int:pk>/", just_shown(CaseView.as_view()), name="case"),
        ]


contested_addresses = ContestedAddressViewSet("contested_addresses", url_prefix="contested-addresses")
