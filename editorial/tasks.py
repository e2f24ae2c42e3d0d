"""Background work of the review: messages, and publication on its date.

Each message has a task that says whom it is for, so that one that fails is sent again alone.
"""

from __future__ import annotations

from datetime import datetime

from django.core.management import call_command
from django_tasks import task

from editorial.services.notify_step import notify_step as notify
from editorial.services.notify_step import recipients_of


@task()
def notify_recipients(event: str, state_id: int, actor_id: int | None) -> None:
    """Find those who are to be told of a step, and tell each in a task of their own."""
    for event_for_them, user_id in recipients_of(event=event, state_id=state_id, actor_id=actor_id):
        notify_step.enqueue(event_for_them, state_id, actor_id, user_id)


@task()
def notify_step(event: str, state_id: int, actor_id: int | None, user_id: int) -> None:
    """Write to one person about a step, unless it no longer concerns them."""
    notify(event=event, state_id=state_id, actor_id=actor_id, user_id=user_id)


@task()
def publish_due() -> None:
    """Publish whatever is due by now, and withdraw what has expired. Run once more, or where a date was cancelled, it does nothing."""
    call_command("publish_scheduled")


def publish_at(moment: datetime) -> None:
    """Have `publish_due` run at a moment, where the queue can wait; a timer that runs `publish_scheduled` does the rest."""
    if publish_due.get_backend().supports_defer:
        publish_due.using(run_after=moment).enqueue()
