"""The bin in the admin: what was deleted, by whom, how many days are left, and bringing a page back after a look at what that does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from core.bin import bin_entries
from core.models import BinPage
from core.models.bin import DAYS
from core.services.bring_back import CannotComeBack, bring_back, way_back

RIGHT = "core.bring_back"
PER_PAGE = 50


class BinView(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc] # Wagtail has no types
    """The list."""

    template_name = "core/bin.html"
    page_title = gettext_lazy("Bin")
    header_icon = "bin"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        rows = Paginator(bin_entries(), PER_PAGE).get_page(self.request.GET.get("p"))
        for entry in rows:
            entry.left = entry.days_left(now)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"rows": rows, "days": DAYS}


class BringBackView(BinView):
    """A look at what bringing a page back does, and the button that does it."""

    template_name = "core/bin_back.html"
    page_title = gettext_lazy("Bring back")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.entry = get_object_or_404(BinPage, pk=kwargs["entry_id"], depth=3)
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": reverse("bin"), "label": _("Bin")}, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        below = self.entry.get_descendants().count() - 1
        return context | {"entry": self.entry, "way": way_back(self.entry), "below": below, "left": self.entry.days_left(timezone.now())}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Bring it back, and lead to it."""
        try:
            page = bring_back(entry=self.entry, user=request.user)
        except CannotComeBack as refusal:
            messages.error(request, str(refusal))
            return redirect("bin_back", self.entry.pk)
        messages.success(
            request, _("“%(title)s” is back, as a draft. Look at it, and publish what readers should see.") % {"title": page.title}
        )
        return redirect("wagtailadmin_explore", page.pk)


class BinMenuItem(MenuItem):  # type: ignore[misc]
    """The bin in the menu, for those who may bring back."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))
