"""The administration app: what administrators and support see."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from administration import navigation, personal_data, receivers, subject_kinds, todo, upkeep
        from administration.audit import acts
        from administration.lists import search

        personal_data.declare_personal_data()
        acts.declare_acts()
        subject_kinds.declare_subject_kinds()
        navigation.register_addresses()
        todo.register_sources()
        upkeep.register_chores()
        receivers.connect()
        search.connect()
