"""The knowledge app: what editors publish."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access, pagecache, sections
        from knowledge import signals
        from knowledge.models import Contributor, Edition, EditionFile, LibraryPage, PublicationPage, SeriesPage
        from knowledge.models.publications import recent_cards

        for page_class in (LibraryPage, PublicationPage, SeriesPage):
            access.register(page_class, access.open_to_all)
        titles = {"es": "Biblioteca", "pt": "Biblioteca", "fr": "Bibliothèque", "en": "Library"}
        sections.register(
            sections.Section(
                "knowledge", LibraryPage, titles, _("Recent publications"), _("The whole library"), recent_cards, layout="list"
            )
        )
        for model in (Contributor, Edition, EditionFile):
            pagecache.watch(model)
        signals.connect()
