"""Under which licence a work may be used. The list is short on purpose: the two institutions' own, and the common open ones.

Sources: the legal codes at creativecommons.org; IDB publishes under CC BY 3.0 IGO and, until 2020, CC BY-NC-ND 3.0 IGO.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Licence(models.TextChoices):
    """A licence by its SPDX-like key."""

    CC_BY_IGO = "cc-by-3.0-igo", "CC BY 3.0 IGO"
    CC_BY_NC_ND_IGO = "cc-by-nc-nd-3.0-igo", "CC BY-NC-ND 3.0 IGO"
    CC_BY = "cc-by-4.0", "CC BY 4.0"
    CC_BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0"
    CC0 = "cc0-1.0", "CC0 1.0"
    RESERVED = "reserved", _("All rights reserved")


ADDRESSES: dict[str, str] = {
    Licence.CC_BY_IGO: "https://creativecommons.org/licenses/by/3.0/igo/",
    Licence.CC_BY_NC_ND_IGO: "https://creativecommons.org/licenses/by-nc-nd/3.0/igo/",
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
}


def licence_url(licence: str) -> str:
    """Return where the licence can be read; empty for a work whose rights are reserved."""
    return ADDRESSES.get(licence, "")
