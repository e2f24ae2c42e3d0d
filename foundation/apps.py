"""The foundation app: machinery that knows neither people nor pages."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from foundation.services.retry_tasks import retry_tasks
        from foundation.upkeep import CHORES, Chore

        CHORES.register(Chore(name="tasks", order=10, run=lambda now: retry_tasks(now=now), done="tasks put back"))
