"""The credentials app: what was earned."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from credentials import audit, db_triggers, impact, navigation, panels, personal_data, receivers, upkeep

        audit.declare_acts()
        impact.register_source()
        navigation.register_addresses()
        panels.register_panels()
        personal_data.declare_personal_data()
        upkeep.register_chores()
        receivers.connect()
        db_triggers.GUARD.follow_migrations(self)
