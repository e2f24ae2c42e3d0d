"""The address of the demo's inbox, /demo/mail/. Only the demo has it."""

from django.urls import URLPattern, path

from core import demo_mail

urlpatterns: list[URLPattern] = [
    path("", demo_mail.inbox, name="demo_mail"),
    path("<slug:key>/", demo_mail.message, name="demo_mail_message"),
]
