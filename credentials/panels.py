"""What certificates show on the pages of the record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from credentials.forms import NameForm
from credentials.models import Credential
from credentials.services.claim_credential import claim_credential
from foundation.errors import Refused
from foundation.statements import Statement
from learning import panels
from learning.models import Enrolment
from learning.services.course_state import CourseState
from learning.views.base import learner_of, refused

# How things stand with the certificate of a finished course: it stands, it was revoked and none took its place, or there is none.
THERE, LOST, NONE = "there", "lost", ""

# What "my learning" asks at every opening.
OF_LEARNER = Statement(
    "SELECT {c} FROM credentials_credentialholder h JOIN credentials_credential c ON c.id = h.credential_id"
    " WHERE h.learner_id = %s ORDER BY c.issued_at DESC, c.id DESC",
    c=Credential,
)


def register_panels() -> None:
    """Enter the panels of this floor. Called from `ready()`."""
    panels.MY_LEARNING.register(panels.MyLearningPanel(name="certificates", part=earned))
    panels.RECORD.register(panels.RecordPanel(name="certificate", shape_of=shape_of, label_of=button_label))
    panels.FINISH.register(panels.FinishPanel(name="certificate", answer=certificate_part))


def earned(learner: User, language: str) -> panels.Part | None:
    """Return the list of what a person earned, the newest first. One query."""
    found = [credential for (credential,) in OF_LEARNER.all(learner.pk)]
    earned = [{"id": credential.pk, "title": credential.title(language), "credential": credential} for credential in found]
    return panels.Part("credentials/earned.html", {"earned": earned}) if earned else None


def shape_of(enrolment: Enrolment) -> str:
    """Return how things stand with the certificate of a finished course. One query, two where none stands."""
    found = Credential.objects.filter(enrolment=enrolment)
    return THERE if found.live().exists() else LOST if found.exists() else NONE


def button_label(shape: str) -> str:
    """Return what the button of the record says."""
    if shape == THERE:
        return _("See my certificate")
    return _("What became of my certificate") if shape == LOST else _("Get my certificate")


def certificate_part(request: HttpRequest, state: CourseState) -> panels.Part | HttpResponse:
    """Show the certificate, or ask for the name that it still needs, and issue it."""
    form = NameForm(request.POST or None, initial={"printed_name": learner_of(request).printed_name})
    if request.method == "POST" and form.is_valid() and request.POST.get("action") != "preview":
        key = state.enrolment.course_key
        try:
            claim_credential(learner=learner_of(request), course_key=key, printed_name=form.cleaned_data["printed_name"])
        except Refused as error:
            return refused(request, _("No certificate was issued"), str(error), reverse("learning:course", args=[key]))
        return HttpResponseRedirect(reverse("learning:finish", args=[key]))
    live = Credential.objects.live().filter(enrolment=state.enrolment).only("pk", "snapshot").first()
    lost = None if live else Credential.objects.filter(enrolment=state.enrolment).order_by("-issued_at").only("pk").first()
    return panels.Part(
        "credentials/finish.html",
        {"credential_id": live and live.pk, "lost_credential_id": lost and lost.pk, "form": form},
        distinction=_("with honours") if live and live.snapshot.get("honours") else "",
        is_refused=bool(form.errors),
    )
