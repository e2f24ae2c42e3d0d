"""The form of a page whose fields partly say something for all its languages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.models import BasePageForm


class SharedFieldsForm(BasePageForm):
    """Refuses to change for all languages what somebody may change in some of them only."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        names = [name for name in self.instance.shared_fields if name in cleaned and cleaned[name] != getattr(self.instance, name)]
        if names and (closed := self._closed_languages()):
            for name in names:
                self.add_error(name, _("This holds for all languages, and you may not change %(languages)s.") % {"languages": closed})
        return cleaned

    def _closed_languages(self) -> str:
        """The languages of the page in which whoever sent the form could not do the same."""
        if not self.instance.pk or self.for_user is None:
            return ""
        closed = []
        for other in self.instance.get_translations().select_related("locale"):
            may = other.permissions_for_user(self.for_user)
            if not (may.can_publish() if other.live else may.can_edit()):
                closed.append(other.locale.get_display_name())
        return ", ".join(closed)
