"""Addresses of the library that are not pages: lists, citations, data, the feed and the PDF edition."""

from django.urls import path

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("feed.atom", views.feed, name="feed"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("topics/<slug:topic>/", views.topic, name="topic"),
    path("countries/<str:code>/", views.country, name="country"),
    path("<slug:slug>/cite.<str:form>", views.cite, name="cite"),
    path("<slug:slug>/tables/<uuid:block>.csv", views.table, name="table"),
    path("<slug:slug>/edition.pdf", views.edition_pdf, name="edition_pdf"),
]
