"""Accounts, and what staff did: the models of this floor."""

from accounts.models.audit import AuditEntry
from accounts.models.user import User, UserManager

__all__ = ["AuditEntry", "User", "UserManager"]
