"""The private page of a certificate, below /<lang>/learning/certificates/."""

from django.urls import URLPattern, path

from credentials import views

app_name = "credentials"
urlpatterns: list[URLPattern] = [
    path("<uuid:credential_id>/", views.mine, name="certificate"),
]
