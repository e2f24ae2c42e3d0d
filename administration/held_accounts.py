"""Refuse, in Wagtail's own pages of users, to change an account that is held, and lead to the case that support has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from accounts.models import AddressChange, User


def _refused_if_held(request: HttpRequest, users: Iterable[Any]) -> HttpResponse | None:
    """Answer who would change accounts of which one is held: support decides first, and this leads to the case."""
    case = AddressChange.objects.holding().filter(user__in=[user.pk for user in users]).first()
    if case is None:
        return None
    said = _("This account is held until support has decided about its address. Nothing was changed.")
    messages.error(request, said, buttons=[messages.button(reverse("contested_addresses:case", args=[case.pk]), _("See the case"))])
    return HttpResponseRedirect(reverse("wagtailusers_users:index"))


def keep_held(request: HttpRequest, user: User) -> HttpResponse | None:
    """Change and delete no account that is held."""
    return _refused_if_held(request, [user])


def keep_held_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action_class_instance: Any) -> HttpResponse | None:
    """The same for many at once."""
    return _refused_if_held(request, objects) if User in action_class_instance.models else None
