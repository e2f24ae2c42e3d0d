"""Addresses of the administration that floors below lead to."""

from __future__ import annotations

from django.urls import reverse

from core.navigation import ADDRESSES, Address


def register_addresses() -> None:
    """Enter them. Called from `ready()`."""
    ADDRESSES.register(Address(name="certificate-hold", url=lambda hold_id: reverse("credential_holds:edit", args=[hold_id])))
