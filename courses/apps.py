"""The courses app: what editors teach with."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import access, pagecache
        from core.cards import RESULT_KINDS, ResultKind
        from core.sections import Section, register_section
        from courses import checks, page_contexts, panel_contexts, receivers
        from courses.catalogue import first_courses
        from courses.models import CataloguePage, CoursePage, CourseRun, ModulePage, Outline, StepWaiver

        access.register(CataloguePage, access.open_to_all)
        access.register(CoursePage, access.open_to_all)
        access.register(ModulePage, access.open_to_all)
        RESULT_KINDS.register(ResultKind(name="course", label=_("Course")))
        RESULT_KINDS.register(ResultKind(name="lesson", label=_("Lesson")))
        for model in (CourseRun, Outline, StepWaiver):
            pagecache.watch(model)
        register_section(
            Section(
                name="courses",
                order=10,
                page_class=CataloguePage,
                menu_label=_("Courses"),
                label=_("Courses"),
                all_label=_("All courses"),
                cards=first_courses,
            )
        )
        page_contexts.register_builders()
        panel_contexts.register_contexts()
        receivers.connect()
        checks.register_checks()
