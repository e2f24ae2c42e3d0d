"""Every address of the site. Printed certificates, links and other systems rely on them, so they stay."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.urls import serve_pattern

from core import views as core_views
from core import well_known
from core.search_view import search
from learning.api import api

handler404 = "core.not_found.not_found"
handler429 = "accounts.views.errors.too_many_requests"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("", core_views.front_door, name="front_door"),
    path("sitemap.xml", core_views.sitemap, name="sitemap"),
    path("robots.txt", core_views.only_read(well_known.robots), name="robots_txt"),
    path(".well-known/security.txt", core_views.only_read(well_known.security), name="security_txt"),
    re_path(r"^media/(?P<path>.+)$", core_views.media, name="media"),
    path("admin/login/", core_views.to_one_door, name="admin_login"),
    path("admin/password_reset/", core_views.to_one_door, name="admin_password_reset"),
    # Wagtail fails there on purpose, for whoever asks: an error that somebody is woken for.
    path("admin/failwhale/", core_views.nothing_here, name="admin_failwhale"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include("core.document_urls")),
    path("accounts/", include("accounts.urls")),
    path("credentials/", include("credentials.urls")),
    path("learning/api/", api.urls),
]
if settings.DEMO:
    urlpatterns += [path("demo/mail/", include("core.demo_mail_urls"))]
if settings.DEBUG or settings.DEMO:
    urlpatterns += [path("styleguide/", core_views.styleguide, name="styleguide")]

urlpatterns += i18n_patterns(
    path("search/", search, name="search"),
    path("learning/certificates/", include("credentials.learner_urls")),
    path("learning/", include("learning.urls")),
    path("knowledge/", include("knowledge.urls")),
    re_path(serve_pattern, core_views.serve, name="wagtail_serve"),
)
