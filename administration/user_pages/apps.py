"""Let Wagtail's app of users use our own page to change one."""

from __future__ import annotations

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    """Stands in INSTALLED_APPS in the place of `wagtail.users`, as Wagtail's documentation asks for."""

    user_viewset = "administration.user_pages.views.UserViewSet"
