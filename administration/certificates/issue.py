"""The page that issues a certificate by hand, reached from the page of an enrolment."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from accounts.models import AuditEntry
from administration.certificates.base import ISSUE, StaffPage, actor_of, detail_url
from administration.certificates.forms import IssueForm
from credentials.audit import ISSUED, OVERRIDDEN
from credentials.models import Credential
from credentials.services.award_credential import is_earned
from credentials.services.issue_by_hand import issue_by_hand
from foundation.errors import Refused
from learning.models import Enrolment


class IssueView(StaffPage):
    """What will be issued to whom, why, and what stands against it. Sent twice, it issues once."""

    any_of = (ISSUE,)
    template_name = "administration/certificate_issue.html"
    page_title = gettext_lazy("Issue a certificate by hand")

    def find(self) -> None:
        found = Enrolment.objects.select_related("learner", "run").filter(pk=self.kwargs["enrolment_id"]).first()
        if found is None:
            raise Http404
        self.enrolment = found

    @cached_property
    def is_finished(self) -> bool:
        """Whether the certificate is earned."""
        return is_earned(self.enrolment)

    def get_page_subtitle(self) -> str:
        return self.enrolment.learner.email

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        issued = Credential.objects.filter(enrolment=self.enrolment).order_by("-issued_at", "-pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        live = issued.live().first()
        return {
            "form": IssueForm(needs_override=not self.is_finished),
            "enrolment": self.enrolment,
            "title": self.enrolment.document.title(self.language),
            "is_finished": self.is_finished,
            "is_own": self.enrolment.learner_id == self.request.user.pk,
            "live_url": detail_url(live.pk) if live else "",
            "revoked": issued.exclude(revoked_at=None).first(),
            "back_url": reverse("record_enrolments:record", args=[self.enrolment.pk]),
            **context,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Issue, or show what is missing."""
        credential = Credential.objects.live().filter(enrolment=self.enrolment).first()
        if credential is None:
            form = IssueForm(request.POST, needs_override=not self.is_finished)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            given = form.cleaned_data
            try:
                credential = issue_by_hand(
                    actor=actor_of(request),
                    enrolment_id=self.enrolment.pk,
                    reason=given["reason"],
                    override=given.get("override", False),
                )
            except Refused as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(reverse("certificates_admin:issue", args=[self.enrolment.pk]))
        return self.to_it(request, credential)

    def to_it(self, request: HttpRequest, credential: Credential) -> HttpResponse:
        """Go to the certificate, and say whether this person issued it or found it there. The same for a form sent twice."""
        acts = (ISSUED.name, OVERRIDDEN.name)
        entries = AuditEntry.objects.filter(subject_kind="credential", subject_key=str(credential.pk), action__in=acts)
        if entries.filter(actor_id=actor_of(request).pk).exists():
            messages.success(request, _("The certificate is issued. The learner is told by e-mail."))
        else:
            messages.warning(request, _("There is a valid certificate already: this one. Nothing was changed."))
        return HttpResponseRedirect(detail_url(credential.pk))
