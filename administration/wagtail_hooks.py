"""What administrators find in the admin: the menus of the record, and the list of certificates whose PDF waits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from administration import held_accounts, menus
from administration.certificates import menu
from administration.certificates.forms import HoldForm
from administration.reports.views import ProgressMenuItem
from credentials.certificate.values import credential_title
from credentials.models import CredentialHold


class HoldPermissionPolicy(ModelPermissionPolicy):
    """Holds are opened and closed by what happens to certificates: nobody adds or deletes one by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and super().user_has_permission(user, action)

    def users_with_any_permission(self, actions: Any) -> Any:
        return super().users_with_any_permission([action for action in actions if action == "change"])


register_permission_policy(CredentialHold, HoldPermissionPolicy(CredentialHold))
# After the refusals of the floor of accounts.
hooks.register("before_edit_user", held_accounts.keep_held, order=1)
hooks.register("before_delete_user", held_accounts.keep_held, order=1)
hooks.register("before_bulk_action", held_accounts.keep_held_in_bulk, order=1)


def _missing(hold: CredentialHold) -> str:
    return " ".join(hold.missing)


def _course(hold: CredentialHold) -> str:
    return credential_title(hold.credential.snapshot, get_language() or settings.LANGUAGE_CODE)[0]


class HoldIndexView(generic.IndexView):
    """Open holds, the oldest first."""

    any_permission_required = ["change"]
    page_title = _("Certificates on hold")
    default_ordering = "opened_at"

    def get_base_queryset(self) -> QuerySet[CredentialHold]:
        return CredentialHold.objects.filter(resolved_at__isnull=True).select_related("credential__holder")

    @cached_property
    def columns(self) -> list[Column]:
        """Course, what no font has, and since when."""
        return [
            TitleColumn("course", label=_("Course"), accessor=_course, get_url=self.get_edit_url),
            Column("missing", label=_("Characters no font has"), accessor=_missing),
            DateColumn("opened_at", label=_("Waiting since"), sort_key="opened_at"),
        ]


class HoldRetryView(generic.EditView):
    """Try one again."""

    submit_button_label = _("Try again")
    submit_button_active_label = _("Trying…")
    success_message = _("It can be printed now. The learner finds the PDF on their page.")
    error_message = _("It still can’t be printed: see below.")

    def get_queryset(self) -> QuerySet[CredentialHold]:
        return CredentialHold.objects.filter(resolved_at__isnull=True).select_related("credential__holder")

    def get_page_subtitle(self) -> str:
        return _course(self.object)

    def save_instance(self) -> CredentialHold:
        hold: CredentialHold = self.form.save()
        return hold


class HoldViewSet(ModelViewSet):
    """Certificates on hold, in the admin."""

    model = CredentialHold
    icon = "warning"
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = HoldIndexView
    edit_view_class = HoldRetryView

    def get_form_class(self, for_update: bool = False) -> type[HoldForm]:
        return HoldForm


@hooks.register("register_admin_viewset")
def hold_viewset() -> HoldViewSet:
    """The list of holds."""
    return HoldViewSet("credential_holds")


@hooks.register("register_admin_urls")
def certificate_urls() -> list[URLResolver]:
    """The page of each certificate, the acts on it, and the audit trail."""
    return [path("certificates/", include("administration.certificates.urls"))]


@hooks.register("register_admin_urls")
def report_urls() -> list[URLResolver]:
    """The report of progress, beside Wagtail's own."""
    return [path("reports/progress/", include("administration.reports.urls"))]


@hooks.register("register_reports_menu_item")
def progress_menu_item() -> MenuItem:
    """The report of progress, in the menu "Reports"."""
    return ProgressMenuItem(
        _("Progress in courses"), reverse_lazy("progress_report:index"), name="progress-report", icon_name="list-ol", order=200
    )


@hooks.register("register_certificates_menu_item")
def holds_menu_item() -> MenuItem:
    """Certificates on hold, in the group "Certificates"."""
    return menu.holds_item()


@hooks.register("register_certificates_menu_item")
def audit_menu_item() -> MenuItem:
    """The audit trail, in the group "Certificates"."""
    return menu.audit_item()


@hooks.register("register_admin_viewset")
def list_viewsets() -> list[Any]:
    """The lists of the record, a learner's record, and exports."""
    return menus.viewsets()


@hooks.register("register_admin_menu_item")
def add_learners_menu() -> Any:
    """The group "Learners"."""
    return menus.learners_menu()


@hooks.register("register_admin_menu_item")
def add_certificates_menu() -> Any:
    """The group "Certificates"; more items come by the hook of that name."""
    return menus.certificates_menu()
