"""Contested changes of address, for support: what waits, whose account it is, and the decision."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AddressChange
from accounts.services.decide_address import decide_address
from administration.account_cases import CasesView, CaseView, CaseViewSet, DecisionForm
from administration.certificates.base import actor_of

DECIDE = "accounts.decide_addresschange"


def open_cases() -> QuerySet[AddressChange]:
    """Return the cases that wait, the oldest first."""
    return AddressChange.objects.open_cases().order_by("reported_at", "pk")


class AddressDecisionForm(DecisionForm):
    """Whose account it is, and why."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=AddressChange.Outcome.choices, widget=forms.RadioSelect)


class AddressCasesView(CasesView):
    """The list of those that wait."""

    any_of = (DECIDE,)
    namespace = "contested_addresses"
    template_name = "administration/contested_addresses.html"
    page_title = _("Contested addresses")
    header_icon = "mail"

    def waiting(self) -> QuerySet[AddressChange]:
        return open_cases()


class AddressCaseView(CaseView):
    """One case, with both addresses."""

    any_of = (DECIDE,)
    list_view = AddressCasesView
    form_class = AddressDecisionForm
    template_name = "administration/contested_address.html"
    page_title = _("Contested address")
    header_icon = "mail"
    said = _("It is decided. Both addresses are told by e-mail.")

    def cases(self) -> QuerySet[AddressChange]:
        return AddressChange.objects.filter(reported_at__isnull=False)

    def get_page_subtitle(self) -> str:
        return str(self.case.present)

    def decide(self, outcome: str, reason: str) -> None:
        decided = AddressChange.Outcome(outcome)
        decide_address(actor=actor_of(self.request), change_id=self.case.pk, outcome=decided, reason=reason, now=timezone.now())


class ContestedAddressViewSet(CaseViewSet):
    """Everything below /admin/contested-addresses/."""

    case_view = AddressCaseView


contested_addresses = ContestedAddressViewSet("contested_addresses", url_prefix="contested-addresses")
