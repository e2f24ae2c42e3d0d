"""The entries of the menu "Certificates" beside the list: certificates that wait to be printed, and the audit trail."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from administration.audit.views import AUDIT
from administration.permitted_menu import PermittedMenuItem


class AuditMenuItem(MenuItem):
    """The audit trail, for those who may read it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(AUDIT))


def holds_item() -> MenuItem:
    """Return the item of the certificates on hold."""
    return PermittedMenuItem(
        _("Certificates on hold"),
        reverse_lazy("credential_holds:index"),
        name="credential-holds",
        icon_name="warning",
        order=200,
        permission="credentials.change_credentialhold",
    )


def audit_item() -> MenuItem:
    """Return the item of the audit trail."""
    return AuditMenuItem(_("Audit trail"), reverse_lazy("certificates_admin:audit"), name="audit-trail", icon_name="history", order=300)
