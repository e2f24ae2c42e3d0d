"""What Puente asks of allauth beyond its settings."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, override


class AccountAdapter(DefaultAccountAdapter):
    """Sends people to their learning in the language they were reading."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        with override(get_language()):
            return reverse("learning:index")
