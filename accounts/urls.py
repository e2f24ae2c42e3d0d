"""Pages of an account that allauth does not have."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path


def _v(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


urlpatterns: list[URLPattern] = [path("", _v, name="account_home")]
