"""The API that the admin's own page explorer reads."""

from __future__ import annotations

from typing import Any, ClassVar

from wagtail.admin.api.views import PagesAdminAPIViewSet


class ReadOnlyPagesAPIViewSet(PagesAdminAPIViewSet):
    """As Wagtail's, without its actions."""

    actions: ClassVar[dict[str, Any]] = {}
