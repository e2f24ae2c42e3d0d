"""Public addresses of certificates, below /credentials/: without a language, for they are printed on paper."""

from django.urls import URLPattern, path

from learning.views import credentials

urlpatterns: list[URLPattern] = [
    path("verify/", credentials.verify, name="credential_verify"),
    path("<uuid:credential_id>/", credentials.public, name="credential"),
    # An address that lost a piece, or was typed in capitals: answered in words, not by the general "not found".
    path("<slug:credential_id>/", credentials.mistyped, name="credential"),
    path("<uuid:credential_id>.pdf", credentials.pdf, name="credential_pdf"),
]
