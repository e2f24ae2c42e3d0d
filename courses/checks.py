"""System checks of courses: that each field of their pages has a place, and that languages of a course say one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from courses.models.pages import page_classes_of_courses
from courses.services.share_facts import differences


def check_fields(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find fields of which nobody has said whether all languages share them: a new one could decide in one language only."""
    found: list[CheckMessage] = []
    for model in page_classes_of_courses():
        placed = {*model.shared_fields, *model.fields_of_a_language}
        own = {field.name for field in model._meta.local_fields if not field.remote_field}
        found += [
            Error(
                f"{model._meta.label}.{name} is neither one fact for all languages nor a text of each.",
                hint="Name it in `shared_fields` or in `fields_of_a_language` of the page class.",
                obj=model,
                id="courses.E001",
            )
            for name in sorted(own - placed)
        ]
    return found


def check_languages(app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find courses whose languages differ in what is one fact for all of them (`manage.py check --database default`)."""
    if not databases or "courses_coursepage" not in connections["default"].introspection.table_names():
        return []
    return [
        Warning(str(found), hint="Publish the page in the language that is right: the others follow.", obj=found.page, id="courses.W001")
        for found in differences()
    ]


def register_checks() -> None:
    """Register the checks. Called from `ready()`."""
    register(check_fields, Tags.models)
    register(check_languages, Tags.database)
