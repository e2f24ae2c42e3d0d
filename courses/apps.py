"""The courses app: what editors teach with."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access, pagecache, sections
        from courses import signals
        from courses.catalogue import home_cards
        from courses.models import CataloguePage, CoursePage, CourseRun, ModulePage, Outline, StepWaiver

        access.register(CataloguePage, access.open_to_all)
        access.register(CoursePage, access.open_to_all)
        access.register(ModulePage, access.open_to_all)
        for model in (CourseRun, Outline, StepWaiver):
            pagecache.watch(model)
        titles = {"es": "Cursos", "pt": "Cursos", "fr": "Cours", "en": "Courses"}
        sections.register(sections.Section("courses", CataloguePage, titles, _("Courses"), _("All courses"), home_cards))
        signals.connect()
