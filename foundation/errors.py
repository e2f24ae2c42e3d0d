"""The base of all errors that mean "this was refused", with words for the person who asked."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Something a service refuses. `code` is for programs, `message` for people; nothing was changed."""

    code = "refused"
    message: str | Promise = _("This could not be recorded. Nothing was changed.")

    def __str__(self) -> str:
        return str(self.message)
