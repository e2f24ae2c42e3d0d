"""Addresses of certificates that every page leads to."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.context import site_language
from core.navigation import ADDRESSES, Address, Place


def register_addresses() -> None:
    """Enter them. Called from `ready()`."""
    ADDRESSES.register(
        Address(
            name="verify-certificate",
            order=50,
            place=Place.FOOTER,
            label=_("Verify a certificate"),
            # Outside the languages, for it is printed on paper.
            url=lambda: f"{reverse('credential_verify')}?lang={site_language()}",
        )
    )
