"""The knowledge app: what editors publish."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access, pagecache
        from core.cards import RESULT_KINDS, ResultKind
        from core.sections import Section, register_section
        from knowledge import page_contexts, receivers, upkeep
        from knowledge.edition import forms
        from knowledge.listing import recent_cards
        from knowledge.models import Contributor, Edition, EditionFile, LibraryPage, PublicationPage, SeriesPage

        for page_class in (LibraryPage, PublicationPage, SeriesPage):
            access.register(page_class, access.open_to_all)
        RESULT_KINDS.register(ResultKind(name="publication", label=_("Publication")))
        register_section(
            Section(
                name="knowledge",
                order=20,
                page_class=LibraryPage,
                menu_label=_("Library"),
                label=_("Recent publications"),
                all_label=_("The whole library"),
                cards=recent_cards,
                layout="list",
            )
        )
        for model in (Contributor, Edition, EditionFile):
            pagecache.watch(model)
        page_contexts.register_builders()
        forms.register_forms()
        upkeep.register_chores()
        receivers.connect()
