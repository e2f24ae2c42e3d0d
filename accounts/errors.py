"""What is refused to staff whatever they do. The error carries the sentence that is shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.errors import Refused


class ReasonMissing(Refused):
    """Staff gave no reason, or one that says nothing or too much."""

    code = "reason_missing"
    message = _("Say why, in 10 to 500 characters. The reason is kept in the audit trail.")
