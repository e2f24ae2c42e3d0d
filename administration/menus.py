"""The addresses and menus of the lists. `administration.wagtail_hooks` registers them."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, SubmenuMenuItem
from wagtail.admin.viewsets.base import ViewSet

from accounts.admin_second_factor import just_shown
from administration import exports
from administration.contested_addresses import DECIDE, contested_addresses
from administration.institution_cases import DECIDE_INSTITUTION, institution_cases
from administration.learner_record import RecordView
from administration.lists.choosers import learner_chooser
from administration.lists.registry import LISTINGS
from administration.lists.views import ListingView
from administration.permitted_menu import PermittedMenuItem

# Other parts of the record put their own items into this menu, beside the list of certificates.
CERTIFICATES_MENU_HOOK = "register_certificates_menu_item"


class ListingViewSet(ViewSet):
    """One list below /admin/<name>/."""

    def __init__(self, listing: str) -> None:
        self.listing = LISTINGS[listing]
        super().__init__(f"record_{listing}", url_prefix=listing)

    def get_urlpatterns(self) -> list[URLPattern]:
        kwargs: dict[str, Any] = {
            "listing": self.listing,
            "header_icon": self.listing.icon,
            "index_url_name": self.get_url_name("index"),
            "index_results_url_name": self.get_url_name("results"),
        }
        return [
            path("", ListingView.as_view(**kwargs), name="index"),
            path("results/", ListingView.as_view(**kwargs, results_only=True), name="results"),
        ]


class EnrolmentViewSet(ListingViewSet):
    """The list of enrolments, and the record behind each."""

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/", RecordView.as_view(), name="record")]


class ExportViewSet(ViewSet):
    """Exports: mine, and asking for one."""

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", exports.ExportsView.as_view(), name="index"),
            path("ask/<slug:listing>/", just_shown(exports.AskView.as_view()), name="ask"),
            path("<uuid:pk>/", exports.download_file, name="download"),
            path("<uuid:pk>/delete/", exports.delete, name="delete"),
        ]


def viewsets() -> list[ViewSet]:
    """Return everything below /admin/ that belongs to the lists."""
    return [
        ListingViewSet("learners"),
        EnrolmentViewSet("enrolments"),
        ListingViewSet("attempts"),
        ListingViewSet("certificates"),
        ExportViewSet("record_exports", url_prefix="exports"),
        learner_chooser,
        contested_addresses,
        institution_cases,
    ]


def _item(listing: str, order: int) -> PermittedMenuItem:
    found = LISTINGS[listing]
    url = reverse_lazy(f"record_{listing}:index")
    return PermittedMenuItem(found.title, url, name=f"record-{listing}", icon_name=found.icon, order=order, permission=found.permission)


def learners_menu() -> SubmenuMenuItem:
    """Return the group of menu items about what people do."""
    exported = PermittedMenuItem(
        _("Exports"),
        reverse_lazy("record_exports:index"),
        name="record-exports",
        icon_name="download",
        order=400,
        permission="administration.export_records",
    )
    contested = PermittedMenuItem(
        _("Contested addresses"),
        reverse_lazy("contested_addresses:index"),
        name="contested-addresses",
        icon_name="mail",
        order=500,
        permission=DECIDE,
    )
    second_sign_ins = PermittedMenuItem(
        _("Second sign-ins"),
        reverse_lazy("institution_cases:index"),
        name="institution-cases",
        icon_name="group",
        order=600,
        permission=DECIDE_INSTITUTION,
    )
    items = [_item("learners", 100), _item("enrolments", 200), _item("attempts", 300), exported, contested, second_sign_ins]
    return SubmenuMenuItem(_("Learners"), Menu(items=items), name="record", icon_name="group", order=250)


def certificates_menu() -> SubmenuMenuItem:
    """Return the group of menu items about certificates."""
    menu = Menu(register_hook_name=CERTIFICATES_MENU_HOOK, items=[_item("certificates", 100)])
    return SubmenuMenuItem(_("Certificates"), menu, name="certificates", icon_name="success", order=260)
