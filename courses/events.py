"""What this app tells whoever listens, inside the transaction that makes it true: a task that a receiver enqueues is stored with it."""

from __future__ import annotations

from django.dispatch import Signal

# A structure was published. Sender: Outline. `outline`, and `everyone`: whether all who have not finished are to be moved to it.
outline_published = Signal()
# Steps of a course can no longer be opened. Sender: StepWaiver. `course_key`, `step_keys`.
step_waived = Signal()
