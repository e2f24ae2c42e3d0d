"""Public addresses of certificates, below /credentials/: without a language, for they are printed on paper."""

from django.urls import URLPattern, path

from credentials import views

urlpatterns: list[URLPattern] = [
    path("verify/", views.verify, name="credential_verify"),
    path("<uuid:credential_id>/", views.public, name="credential"),
    # An address that lost a piece, or was typed in capitals: answered in words, not by the general "not found".
    path("<slug:credential_id>/", views.mistyped, name="credential"),
    path("<uuid:credential_id>.pdf", views.pdf, name="credential_pdf"),
]
