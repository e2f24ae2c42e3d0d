"""Addresses below /admin/reports/progress/."""

from __future__ import annotations

from django.urls import URLPattern, path

from administration.reports import views

app_name = "progress_report"
urlpatterns: list[URLPattern] = [
    path("", views.RunsView.as_view(), name="index"),
    path("count/", views.count_again, name="count"),
    path("<int:run_id>/", views.RunView.as_view(), name="run"),
    path("<int:run_id>/steps.csv", views.steps_csv, name="csv"),
]
