"""Certificates in the admin: one page for each, what staff can do with it, and the audit trail."""
