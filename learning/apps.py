"""The learning app: what people do."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LearningConfig(AppConfig):
    name = "learning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access
        from core import awaiting as core_awaiting
        from courses import impact
        from courses.models import AssessmentPage, LessonPage
        from learning import awaiting, gate, privacy, signals
        from learning import impact as learning_impact
        from learning.admin_lists import search

        access.register(LessonPage, gate.rule_for_step)
        access.register(AssessmentPage, gate.rule_for_step)
        access.register_evaluator(gate.ENROLLED, gate.decide_enrolled)
        impact.register(learning_impact.of_course)
        impact.register_steps(learning_impact.of_steps)
        core_awaiting.register("certificate_holds", awaiting.certificate_holds)
        privacy.declare_record()
        signals.connect()
        search.connect()
        post_migrate.connect(signals.tables_made, sender=self, dispatch_uid="learning-guards")
