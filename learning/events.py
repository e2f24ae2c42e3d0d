"""What this app tells whoever listens, inside the transaction that makes it true: a receiver that raises takes it back."""

from __future__ import annotations

from django.dispatch import Signal

# A course was completed. Sender: Enrolment. `enrolment` is locked, with its run, outline and waivers: nothing need be read again.
course_completed = Signal()
