"""What accounts, and staff, are refused whatever they do. The error carries the sentence that is shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.errors import Refused


class ReasonMissing(Refused):
    """Staff gave no reason, or one that says nothing or too much."""

    code = "reason_missing"
    message = _("Say why, in 10 to 500 characters. The reason is kept in the audit trail.")


class AddressTaken(Refused):
    """Another account has this address."""

    code = "address_taken"
    message = _("Another account uses this address. Sign out and sign in with it instead.")


class AccountHeld(Refused):
    """Somebody with the former address has said that its change was not theirs, and support has not decided yet."""

    code = "account_held"
    message = _(
        "Someone with the former e-mail address of this account said that they did not change it. Until support has decided, address, "
        "password and second step can’t be changed, and nothing can be downloaded or deleted. Learning goes on as before."
    )


class AccountChanged(Refused):
    """Something decisive has changed since the account was read: the session in which this was begun has ended meanwhile."""

    code = "account_changed"
    message = _("Your account was changed meanwhile. Sign in again.")


class CaseClosed(Refused):
    """Support has decided this case already."""

    code = "case_closed"
    message = _("This case was decided already. Nothing was changed.")


class CaseOutdated(Refused):
    """Since the case was opened, the account got another address, password or second step, or was closed or opened."""

    code = "case_outdated"
    message = _("The account was changed since this case was opened, so its sign-in stays. Refuse the case; who it was can come again.")


class OwnCase(Refused):
    """Whoever decides is whose account it is."""

    code = "own_case"
    message = _("This is your own account. Ask a colleague to decide. Nothing was changed.")


class SubjectTaken(Refused):
    """This person of an institution has joined another account."""

    code = "subject_taken"
    message = _("This sign-in of the institution opens another account already. Nothing was changed.")
