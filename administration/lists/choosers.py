"""Choose a person by searching, in place of a <select> with everyone in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser

from accounts.models import User
from administration.lists.paginator import CappedPaginator
from administration.lists.search import LONGEST_QUERY, learner_ids

PERMISSIONS = ("learning.view_enrolment", "learning.view_attempt", "credentials.view_credential")


def numbered(number: str) -> User | None:
    """Return the account with this number; None if there is none."""
    return User.objects.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 19 else None


class LearnerSearchForm(BaseFilterForm):
    """The search for a learner. Before it, nobody is shown."""

    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(
            attrs={"placeholder": _("Beginning of the e-mail address, or words of the name"), "maxlength": LONGEST_QUERY}
        ),
        required=False,
    )

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        """Return who was found."""
        self.search_query = self.cleaned_data.get("q") or ""
        self.is_searching = bool(self.search_query)
        return objects.filter(pk__in=learner_ids(self.search_query)) if self.is_searching else objects.none()


class ForStaffOfTheRecord:
    """Only for those who may see one of the lists: Wagtail's choosers are open to everyone in the admin."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not any(request.user.has_perm(permission) for permission in PERMISSIONS):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class _Searched(ForStaffOfTheRecord):
    filter_form_class = LearnerSearchForm
    paginator_class = CappedPaginator
    ordering = "-pk"
    # One person at a time, also for who writes "?multiple=1" into the address.
    is_multiple_choice = False

    @property
    def columns(self) -> list[Column]:
        """Address and name."""
        return [self.title_column, Column("printed_name", label=_("Name"))]  # type: ignore[attr-defined]


class ChooseLearnerView(_Searched, chooser.ChooseView):
    """The window with the search."""


class LearnerResultsView(_Searched, chooser.ChooseResultsView):
    """What was found, without the window."""


class ChosenLearnerView(ForStaffOfTheRecord, chooser.ChosenView):
    """The person who was chosen."""

    def get_object(self, pk: str) -> User:
        found = numbered(pk)
        if found is None:
            raise Http404
        return found


class LearnerWidget(BaseChooser):
    """The field with the chosen person; a number that nobody has is as if nobody was chosen."""

    def get_instance(self, value: Any) -> Any:
        return value if isinstance(value, User) or value is None else numbered(str(value))


class LearnerChooserViewSet(ChooserViewSet):
    """The chooser. Registered for every foreign key to a person, so that no form of the admin lists people."""

    model = User
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    edit_item_text = _("Edit this account")
    choose_view_class = ChooseLearnerView
    choose_results_view_class = LearnerResultsView
    chosen_view_class = ChosenLearnerView
    base_widget_class = LearnerWidget

    def get_urlpatterns(self) -> list[URLPattern]:
        # People are not made here, and one at a time is chosen.
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in {"choose", "choose_results", "chosen"}]


learner_chooser = LearnerChooserViewSet("learner_chooser", url_prefix="learner-chooser")
