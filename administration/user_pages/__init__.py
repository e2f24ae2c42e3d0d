"""Wagtail's pages of users, where staff change accounts: an address that is changed there is told to its former mailbox, as any is."""
