"""The accounts app: who people are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import signals
        from accounts.holdings import declare_holdings

        declare_holdings()
        signals.connect()
