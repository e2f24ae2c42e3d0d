"""What happens when a step of a review begins or ends: the next people are told. Wagtail's own messages are switched off."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `instance` (the state of the last step) and `user`, when a page was given a date to be published.
scheduled = Signal()
