"""Accounts, what keeps them safe, and what staff did: the models of this floor."""

from accounts.models.audit import AuditEntry
from accounts.models.institutions import InstitutionCase, InstitutionIdentity
from accounts.models.security import AddressChange, KnownBrowser, SecurityEvent, TryCount, UsedLink
from accounts.models.user import User, UserManager

__all__ = [
    "AddressChange",
    "AuditEntry",
    "InstitutionCase",
    "InstitutionIdentity",
    "KnownBrowser",
    "SecurityEvent",
    "TryCount",
    "UsedLink",
    "User",
    "UserManager",
]
