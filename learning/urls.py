"""Private pages of the record, below /<lang>/learning/."""

from django.urls import URLPattern, path

from learning.views import attempts, record, steps

app_name = "learning"
urlpatterns: list[URLPattern] = [
    path("", record.index, name="index"),
    path("<uuid:course_key>/", record.course, name="course"),
    path("<uuid:course_key>/resume/", record.resume, name="resume"),
    path("<uuid:course_key>/finish/", record.finish, name="finish"),
    path("<uuid:course_key>/steps/<uuid:step_key>/", steps.step, name="step"),
    path("<uuid:course_key>/steps/<uuid:step_key>/attempts/<int:attempt_id>/", attempts.attempt, name="attempt"),
    path("<uuid:course_key>/steps/<uuid:step_key>/attempts/<int:attempt_id>/send/", attempts.send_attempt, name="send"),
]
