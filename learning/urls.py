"""Private pages of the record, below /<lang>/learning/."""

from django.urls import URLPattern, path

from learning.views import pages

app_name = "learning"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="index"),
    path("<uuid:course_key>/", pages.course, name="course"),
    path("<uuid:course_key>/finish/", pages.finish, name="finish"),
    path("<uuid:course_key>/steps/<uuid:step_key>/", pages.step, name="step"),
    path("<uuid:course_key>/steps/<uuid:step_key>/attempts/<int:attempt_id>/", pages.attempt, name="attempt"),
]
