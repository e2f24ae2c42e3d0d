"""The page that replaces a certificate by one with a corrected name: it shows the new one first, then does it."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from administration.certificates.base import REPLACE, CertificatePage, actor_of, detail_url
from administration.certificates.forms import ReplaceForm
from credentials.certificate.pdf import draw_specimen
from credentials.certificate.values import written_code
from credentials.services.make_pdf import certificate_values
from credentials.services.replace_credential import replace_credential
from foundation.errors import Refused


class ReplaceView(CertificatePage):
    """Name and reason, a picture of the new certificate, and the button that does it. Sent twice, it replaces once."""

    any_of = (REPLACE,)
    template_name = "administration/certificate_replace.html"
    page_title = gettext_lazy("Replace")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ReplaceForm(credential=self.credential, initial={"printed_name": self.holder.printed_name if self.holder else ""})
        return {"form": form, **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the new certificate, or replace the old one, or say what is wrong."""
        form = ReplaceForm(request.POST, credential=self.credential)
        if self.credential.is_over or self.holder is None:
            return self.back(_("This certificate was revoked or replaced before, or its name was erased. Nothing was changed."), done=False)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if request.POST.get("action") != "replace":
            return self.render_to_response(self.get_context_data(form=form, **self.preview(form.cleaned_data["printed_name"])))
        return self.replace(form)

    def replace(self, form: ReplaceForm) -> HttpResponse:
        """Do it, and go to the new one."""
        given = form.cleaned_data
        try:
            new = replace_credential(
                actor=actor_of(self.request), credential_id=self.credential.pk, printed_name=given["printed_name"], reason=given["reason"]
            )
        except Refused as error:
            return self.back(str(error), done=False)
        words = _("The certificate is replaced. This is the new one, %(code)s. The holder is told by e-mail.")
        messages.success(self.request, words % {"code": written_code(new.code)})
        return HttpResponseRedirect(detail_url(new.pk))

    def preview(self, name: str) -> dict[str, Any]:
        """Return the new name and a picture of the certificate with it, in the language in which the course was taken."""
        drawn = draw_specimen(certificate_values(self.credential, self.credential.snapshot["language"], name))
        return {"new_name": name, "picture": f"data:image/png;base64,{base64.b64encode(drawn).decode()}"}
