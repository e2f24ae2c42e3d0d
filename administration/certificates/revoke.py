"""The page that revokes a certificate: it says what will happen, asks for a reason, and then does it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from administration.certificates.base import REVOKE, CertificatePage, actor_of
from administration.certificates.forms import RevokeForm
from credentials.errors import CredentialOver
from credentials.services.revoke_credential import revoke_credential
from foundation.errors import Refused


class RevokeView(CertificatePage):
    """Asking for the page changes nothing; sending it twice revokes once."""

    any_of = (REVOKE,)
    template_name = "administration/certificate_revoke.html"
    page_title = gettext_lazy("Revoke")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"form": RevokeForm(), **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revoke, or show what is missing."""
        if self.credential.is_over:
            return self.back(str(CredentialOver()), done=False)
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        given = form.cleaned_data
        try:
            revoke_credential(
                actor=actor_of(request), credential_id=self.credential.pk, reason=given["reason"], public_reason=given["public_reason"]
            )
        except Refused as error:
            return self.back(str(error), done=False)
        return self.back(_("The certificate is revoked. Its public page says so, and the holder is told by e-mail."), done=True)
