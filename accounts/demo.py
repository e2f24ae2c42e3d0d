"""Demo accounts, with passwords that everyone knows: only ever made under DEMO=1 (the seed command refuses otherwise)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts.models import User

PASSWORD = "puente-demo-2026"  # noqa: S105 - printed by `make demo`; the accounts exist only in the demo


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo account and what it is for."""

    email: str
    purpose: str
    printed_name: str = ""
    is_administrator: bool = False


LEARNER = DemoAccount("learner@puente.example", "a learner in the middle of a course", "Persona de Demostración")
GRADUATE = DemoAccount("graduate@puente.example", "a learner with a certificate", "Graduada de Demostración")
ADMINISTRATOR = DemoAccount("admin@puente.example", "the administrator (/admin/)", is_administrator=True)
ACCOUNTS = (LEARNER, GRADUATE, ADMINISTRATOR)


def account(demo: DemoAccount) -> User:
    """Return a demo account that exists."""
    return User.objects.get(email=demo.email)


def seed(report: Callable[[str], None]) -> None:
    """Make the accounts that are missing; their addresses count as verified."""
    for demo in ACCOUNTS:
        user = User.objects.filter(email=demo.email).first()
        if user is None:
            make = User.objects.create_superuser if demo.is_administrator else User.objects.create_user
            user = make(demo.email, PASSWORD, printed_name=demo.printed_name, language="es")
        EmailAddress.objects.get_or_create(user=user, email=demo.email, defaults={"verified": True, "primary": True})
        report(f"{demo.email}  {PASSWORD}  {demo.purpose}")


def remove(report: Callable[[str], None]) -> None:
    """Delete the demo accounts, and with them what they learned."""
    for demo in ACCOUNTS:
        deleted, _rows = User.objects.filter(email=demo.email).delete()
        if deleted:
            report(f"removed: {demo.email}")
