"""Public addresses of certificates, below /credentials/."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

def _v(request: HttpRequest, **kw: object) -> HttpResponse: return HttpResponse("")

urlpatterns: list[URLPattern] = [
    path("verify/", _v, name="credential_verify"),
    path("<uuid:credential_id>/", _v, name="credential"),
    path("<uuid:credential_id>.pdf", _v, name="credential_pdf"),
]
