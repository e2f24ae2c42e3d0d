"""Make the demo's accounts, whose passwords are public. The seed command refuses to run without DEMO=1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts.models import User
from accounts.roles import AUTHOR, CERTIFICATE_ADMINISTRATOR, EDITOR, REVIEWER, SITE_ADMINISTRATOR, SUPPORT, Role
from accounts.services.give_role import give_role
from accounts.services.make_roles import make_roles

PASSWORD = "puente-demo-2026"  # noqa: S105 - printed by `make demo`; the accounts exist only in the demo


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo account and what it is for."""

    email: str
    purpose: str
    printed_name: str
    language: str = "es"
    role: Role | None = None
    is_superuser: bool = False


LEARNER = DemoAccount("learner@puente.example", "a learner in the middle of a course", "Persona de Demostración")
GRADUATE = DemoAccount("graduate@puente.example", "a learner with a certificate", "Graduada de Demostración")
RENAMED = DemoAccount("renamed@puente.example", "a learner whose certificate was replaced: a wrong name", "Beatris Monteiro", "pt")
REVOKED = DemoAccount("revoked@puente.example", "a learner whose certificate was revoked", "Tomás Rivas Cruz")
STAFF = (
    DemoAccount("author@puente.example", "an author: drafts research, publishes courses", "Inés Quispe Rojas", "es", AUTHOR),
    DemoAccount("reviewer@puente.example", "a reviewer: comments on drafts of research", "Marcus Baptiste", "en", REVIEWER),
    DemoAccount("editor@puente.example", "an editor: publishes research", "Lucía Andrade Vega", "es", EDITOR),
    DemoAccount(
        "certificates@puente.example",
        "a certificate administrator: issues, revokes, exports",
        "Daniel Okafor",
        "en",
        CERTIFICATE_ADMINISTRATOR,
    ),
    DemoAccount("support@puente.example", "support: finds a learner’s record, changes nothing", "Rosa Tamayo", "es", SUPPORT),
)
ADMINISTRATOR = DemoAccount("admin@puente.example", "the administrator", "Helen Moreau", "es", SITE_ADMINISTRATOR, is_superuser=True)
ACCOUNTS = (LEARNER, GRADUATE, RENAMED, REVOKED, *STAFF, ADMINISTRATOR)


def account(demo: DemoAccount) -> User:
    """Return a demo account that exists."""
    return User.objects.get(email=demo.email)


def seed(report: Callable[[str], None]) -> None:
    """Make the roles, and the accounts that are missing; their addresses count as verified."""
    make_roles()
    for demo in ACCOUNTS:
        user = User.objects.filter(email=demo.email).first() or _made(demo)
        EmailAddress.objects.get_or_create(user=user, email=demo.email, defaults={"verified": True, "primary": True})
        report(f"{demo.email}  {PASSWORD}  {demo.purpose}")


def _made(demo: DemoAccount) -> User:
    make = User.objects.create_superuser if demo.is_superuser else User.objects.create_user
    user = make(demo.email, PASSWORD, printed_name=demo.printed_name, language=demo.language)
    if demo.role is not None:
        give_role(user=user, role=demo.role)
    return user


def remove(report: Callable[[str], None]) -> None:
    """Delete the demo accounts, and with them what they learned."""
    for demo in ACCOUNTS:
        deleted, _rows = User.objects.filter(email=demo.email).delete()
        if deleted:
            report(f"removed: {demo.email}")
