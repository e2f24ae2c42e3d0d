"""Certificates in the admin: one page for each, the acts of staff on it, and the audit trail. `administration.lists` has the list."""
