"""What this app tells whoever listens."""

from __future__ import annotations

from django.dispatch import Signal

# A page was given a date to be published. Sender: ReviewState. `instance` (the state of the last step), `user` and `publish_at`.
scheduled = Signal()
