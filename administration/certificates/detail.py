"""The admin's page of one certificate: what is printed, its holder, its history, and what can be done."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from administration.certificates.base import ISSUE, REPLACE, REVOKE, VIEW, CertificatePage
from administration.certificates.history import history_of
from administration.lists.certificates import STATES, certificate_state
from credentials.certificate.values import credential_title, day_in, written_code

CLASSES = {"valid": "w-status--primary", "held": "w-status--primary"}


class DetailView(CertificatePage):
    """One certificate."""

    any_of = (VIEW, ISSUE, REVOKE, REPLACE)
    template_name = "administration/certificate.html"
    page_title = gettext_lazy("Certificate")
    http_method_names = ["get", "head"]

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, credential = super().get_context_data(**kwargs), self.credential
        hold = getattr(credential, "hold", None)
        hold = hold if hold is not None and hold.resolved_at is None else None
        state = certificate_state(credential, is_held=hold is not None)
        may = self.request.user.has_perm
        can_act = not credential.is_over and not context["is_own"]
        return context | {
            "replaced_code": written_code(credential.replaced_by.code) if credential.replaced_by else "",
            "state": STATES[state],
            "state_class": CLASSES.get(state, ""),
            "printed": self.printed(),
            "hold": hold,
            "hold_url": reverse("credential_holds:edit", args=[hold.pk]) if hold and may("credentials.change_credentialhold") else "",
            "enrolment_url": self.enrolment_url(),
            "files": credential.files.order_by("language"),
            "history": history_of(credential),
            "public_urls": self.public_urls(),
            "revoke_url": self.act_url("revoke") if can_act and may(REVOKE) else "",
            "replace_url": self.act_url("replace") if can_act and may(REPLACE) and self.holder else "",
        }

    def printed(self) -> list[tuple[str, str]]:
        """Return what the certificate says, apart from the name."""
        snapshot = self.credential.said
        completed, decided = day_in(snapshot, "completed_on"), day_in(snapshot, "decided_on")
        day = (_("Completed on"), completed) if completed else (_("By decision of the issuer on"), decided)
        grade = "" if snapshot["grade"] is None else f"{snapshot['grade']}%"
        if snapshot["honours"]:
            grade += ", " + _("with honours")
        return [
            (_("Course"), credential_title(snapshot, self.language)[0]),
            (_("Workload in minutes"), str(snapshot["minutes"])),
            (day[0], date_format(day[1], "DATE_FORMAT") if day[1] else ""),
            (_("Grade"), grade or _("no grade")),
            (_("Issued by"), snapshot["issuer"]),
        ]

    def act_url(self, act: str) -> str:
        """Return the address of an act on this certificate."""
        return reverse(f"certificates_admin:{act}", args=[self.credential.pk])

    def enrolment_url(self) -> str:
        """Return the address of the record in which it was earned, for those who may open it."""
        if self.credential.enrolment_id is None or not self.request.user.has_perm("learning.open_record"):
            return ""
        return reverse("record_enrolments:record", args=[self.credential.enrolment_id])

    def public_urls(self) -> list[tuple[str, str, str]]:
        """Return code, name and address of the public page in each language."""
        page = reverse("credential", args=[self.credential.pk])
        return [(code, name, f"{page}?lang={code}") for code, name in settings.LANGUAGES]
