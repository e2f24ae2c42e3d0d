"""The accounts app: who people are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import account_acts, db_triggers, receivers, upkeep
        from accounts.personal_data import declare_personal_data
        from accounts.services.make_roles import make_roles
        from foundation.setup import STEPS, SetupStep

        declare_personal_data()
        STEPS.register(SetupStep(name="roles", order=20, run=make_roles))
        account_acts.declare_acts()
        upkeep.register_chores()
        receivers.connect()
        db_triggers.GUARD.follow_migrations(self)
