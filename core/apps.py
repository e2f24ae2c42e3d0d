"""The core app: what every page shares."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.urls import reverse

        from core import access, pagecache, search, upkeep
        from core.cards import RESULT_KINDS, ResultKind
        from core.models import HomePage, StandardPage
        from core.navigation import ADDRESSES, Address, Place
        from core.plain_pages import ensure_plain_pages, register_addresses
        from core.site import ensure_site
        from foundation.setup import STEPS, SetupStep

        access.register(HomePage, access.open_to_all)
        access.register(StandardPage, access.open_to_all)
        ADDRESSES.register(Address(name="search", order=30, place=Place.HEADER, label=_("Search"), url=lambda: reverse("search")))
        RESULT_KINDS.register(ResultKind(name="page", label=_("Page")))
        register_addresses()
        STEPS.register(SetupStep(name="pages", order=10, run=lambda: ensure_plain_pages(ensure_site())))
        pagecache.connect_signals()
        search.connect_signals()
        upkeep.register_chores()
