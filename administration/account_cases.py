"""The shared base of cases about accounts, for support: the list of those that wait, whose account one is about, and the decision."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.viewsets.base import ViewSet

from accounts.admin_second_factor import just_shown
from accounts.changes import label_of
from accounts.models import SecurityEvent, User
from accounts.second_factor import has_second_factor
from accounts.services.record_audit import REASON_MAX, REASON_MIN
from administration.certificates.base import StaffPage
from credentials.models import CredentialHolder
from foundation.errors import Refused
from learning.models import Enrolment

# As many lines of the history as help to see what happened.
LINES = 20
# As many cases as the list shows: the oldest. The next ones follow as these are decided.
SHOWN = 100


class DecisionForm(forms.Form):
    """What support decides, and why. Each kind of case adds the field `outcome`."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("10 to 500 characters: how you made sure whose account it is. It is kept in the audit trail."),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["outcome", "reason"]


class CasesView(StaffPage):
    """The list of those that wait."""

    # The namespace of the addresses of this kind of case: `<namespace>:index` and `<namespace>:case`.
    namespace: ClassVar[str]
    http_method_names = ["get", "head"]

    def waiting(self) -> QuerySet[Any]:
        """Return the cases that wait, the oldest first."""
        raise NotImplementedError

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.path_here()]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cases = [(case, reverse(f"{self.namespace}:case", args=[case.pk])) for case in self.waiting()[:SHOWN]]
        return {**super().get_context_data(**kwargs), "cases": cases}


class CaseView(StaffPage):
    """One case: what it is about, the state of the account, and the decision. Sent twice, it is decided once."""

    list_view: ClassVar[type[CasesView]]
    form_class: ClassVar[type[DecisionForm]]
    said: ClassVar[Promise]

    def cases(self) -> QuerySet[Any]:
        """Return the cases that have a page, the decided ones too."""
        raise NotImplementedError

    def decide(self, outcome: str, reason: str) -> None:
        """Decide the case.

        Raises:
            Refused: it can't be decided so; nothing was changed.
        """
        raise NotImplementedError

    def find(self) -> None:
        found = self.cases().filter(pk=self.kwargs["pk"]).select_related("user").first()
        if found is None:
            raise Http404
        self.case = found

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": self.index_url(), "label": self.list_view.page_title}
        return [*self.breadcrumbs_items, index, *self.path_here()]

    def index_url(self) -> str:
        """Return the address of the list."""
        return reverse(f"{self.list_view.namespace}:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"form": self.form_class(), **super().get_context_data(**kwargs)}
        return context | {"case": self.case, **account_facts(self.case.user)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, or show what is missing."""
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            self.decide(form.cleaned_data["outcome"], form.cleaned_data["reason"])
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, self.said)
        return HttpResponseRedirect(self.index_url())


def account_facts(user: User) -> dict[str, Any]:
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


class CaseViewSet(ViewSet):
    """The list and the page of one kind of case."""

    case_view: ClassVar[type[CaseView]]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.case_view.list_view.as_view(), name="index"),
            path("<int:pk>/", just_shown(self.case_view.as_view()), name="case"),
        ]
