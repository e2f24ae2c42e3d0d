"""The learning app: what people do."""

from django.apps import AppConfig, apps


class LearningConfig(AppConfig):
    name = "learning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.access import KINDS_OF_RULE, KindOfRule, register
        from courses.step_types import STEP_TYPES
        from learning import impact, navigation, personal_data, receivers, step_access, upkeep

        for step_type in STEP_TYPES:
            register(apps.get_model(step_type.page), step_access.rule_for_step)
        KINDS_OF_RULE.register(KindOfRule(name=step_access.ENROLLED, decide=step_access.decide_enrolled))
        impact.register_source()
        navigation.register_addresses()
        personal_data.declare_personal_data()
        upkeep.register_chores()
        receivers.connect()
