"""The accounts app: who people are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import db_triggers, receivers
        from accounts.personal_data import declare_personal_data
        from accounts.services.make_roles import make_roles
        from foundation.setup import STEPS, SetupStep

        declare_personal_data()
        STEPS.register(SetupStep(name="roles", order=20, run=make_roles))
        receivers.connect()
        db_triggers.GUARD.follow_migrations(self)
