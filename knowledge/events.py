"""What this app tells whoever listens."""

from __future__ import annotations

from django.dispatch import Signal

# An edition was recorded, in the transaction that is under way. Sender: Edition. `edition`.
edition_recorded = Signal()
