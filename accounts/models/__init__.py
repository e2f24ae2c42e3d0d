"""Accounts, what keeps them safe, and what staff did: the models of this floor."""

from accounts.models.audit import AuditEntry
from accounts.models.security import AddressChange, KnownBrowser, SecurityEvent
from accounts.models.user import User, UserManager

__all__ = ["AddressChange", "AuditEntry", "KnownBrowser", "SecurityEvent", "User", "UserManager"]
