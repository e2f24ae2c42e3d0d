"""Addresses of the record that floors below lead to."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.navigation import ADDRESSES, Address, Place


def register_addresses() -> None:
    """Enter them. Called from `ready()`."""
    ADDRESSES.register(
        Address(name="my-learning", order=40, place=Place.HEADER, label=_("My learning"), url=lambda: reverse("learning:index"))
    )
    ADDRESSES.register(Address(name="my-course", url=lambda course_key: reverse("learning:course", args=[course_key])))
    ADDRESSES.register(Address(name="my-step", url=lambda course_key, step_key: reverse("learning:step", args=[course_key, step_key])))
