"""The core app: what every page shares."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access, pagecache, review_signals, search
        from core.desk import waiting
        from core.models import HomePage, StandardPage

        access.register(HomePage, access.open_to_all)
        access.register(StandardPage, access.open_to_all)
        pagecache.connect_signals()
        search.connect_signals()
        review_signals.connect()
        waiting.connect()
