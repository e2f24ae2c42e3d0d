"""Addresses of the library that are not pages: lists, and the outputs of a work (knowledge.outputs)."""

from django.urls import path

from knowledge import outputs, views

app_name = "knowledge"
urlpatterns = [
    path(outputs.FEED.route, views.feed, name=outputs.FEED.own_name),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("topics/<slug:topic>/", views.topic, name="topic"),
    path("countries/<str:code>/", views.country, name="country"),
    *(path(output.route, views.cite, {"output": output.name}, name=output.own_name) for output in outputs.citations()),
    path(outputs.TABLE.route, views.table, name=outputs.TABLE.own_name),
    path(outputs.PDF.route, views.edition_pdf, name=outputs.PDF.own_name),
]
