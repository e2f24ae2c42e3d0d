"""The shared base of the admin's pages of one certificate: who may open them, which certificate, and the way back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from administration.lists.course_titles import reading_language
from credentials.certificate.values import written_code
from credentials.models import Credential

VIEW, ISSUE, REVOKE, REPLACE = (f"credentials.{action}_credential" for action in ("view", "issue", "revoke", "replace"))


def may_any(user: Any, *permissions: str) -> bool:
    """Whether someone has at least one of these permissions."""
    return any(user.has_perm(permission) for permission in permissions)


def actor_of(request: HttpRequest) -> User:
    """Return the member of staff behind a request that the admin has let in."""
    return cast(User, request.user)


def detail_url(credential_id: UUID) -> str:
    """Return the address of a certificate in the admin."""
    return reverse("certificates_admin:detail", args=[credential_id])


class StaffPage(WagtailAdminTemplateMixin, TemplateView):
    """A page of the admin for those who have one of its permissions; nothing is read before they were asked for."""

    any_of: tuple[str, ...] = ()
    header_icon = "success"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_any(request.user, *self.any_of):
            raise PermissionDenied
        self.language = reading_language()
        self.find()
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> None:
        """Read what the page is about.

        Raises:
            Http404: there is no such thing.
        """

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = [*self.breadcrumbs_items]
        if self.request.user.has_perm(VIEW):
            items.append({"url": reverse("record_certificates:index"), "label": _("Certificates")})
        return [*items, *self.path_here()]

    def path_here(self) -> list[dict[str, Any]]:
        """Return what stands between the list and this page, this page included."""
        return [{"url": "", "label": self.page_title}]


class CertificatePage(StaffPage):
    """A page about one certificate."""

    def find(self) -> None:
        found = (
            Credential.objects.select_related("holder__learner", "hold", "replaced_by", "enrolment").filter(pk=self.kwargs["pk"]).first()
        )
        if found is None:
            raise Http404
        self.credential = found
        self.holder = getattr(found, "holder", None)

    def get_page_subtitle(self) -> str:
        return written_code(self.credential.code)

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": detail_url(self.credential.pk), "label": self.get_page_subtitle()}, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "credential": self.credential,
            "holder": self.holder,
            "code": written_code(self.credential.code),
            "title": self.credential.title(self.language),
            "detail_url": detail_url(self.credential.pk),
            "is_own": self.holder is not None and self.holder.learner_id == self.request.user.pk,
        }

    def back(self, words: str, *, done: bool) -> HttpResponse:
        """Go back to the certificate's page and say there what was done, or why nothing was."""
        (messages.success if done else messages.error)(self.request, words)
        return HttpResponseRedirect(detail_url(self.credential.pk))
