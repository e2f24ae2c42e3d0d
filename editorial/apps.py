"""The editorial app: how pages come to be public."""

from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "editorial"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from editorial import receivers, review_todo
        from editorial.services import take_step
        from editorial.services.ensure_workflow import ensure_workflow
        from foundation.setup import STEPS, SetupStep

        take_step.register_actions()
        review_todo.register_sources()
        STEPS.register(SetupStep(name="workflow", order=30, run=ensure_workflow))
        receivers.connect()
