"""What can be refused about certificates. Each error carries the sentence that is shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.errors import Refused


class NotEligible(Refused):
    """The course is not finished: no certificate."""

    code = "not_eligible"
    message = _("The course is not finished yet, so there is no certificate.")


class OwnRecord(Refused):
    """Staff may not certify themselves."""

    code = "own_record"
    message = _("This is your own record. A colleague has to do this for you. Nothing was changed.")


class NameMissing(Refused):
    """The learner has given no name to print."""

    code = "name_missing"
    message = _("The learner has given no name to print. Ask them to write it in their account, then issue the certificate.")


class NameUnchanged(Refused):
    """The corrected name is the one that is printed already."""

    code = "name_unchanged"
    message = _("This is the name that the certificate bears already. Nothing was changed.")


class NameUnprintable(Refused):
    """No shipped font has all of the name. `characters` says what is missing."""

    code = "name_unprintable"
    message = _("No font of this site has these characters: %(characters)s. Nothing was changed.")

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters

    def __str__(self) -> str:
        return str(self.message) % {"characters": " ".join(self.characters)}


class CredentialOver(Refused):
    """The certificate was revoked or replaced before."""

    code = "credential_over"
    message = _("This certificate was revoked or replaced before. Nothing was changed.")
