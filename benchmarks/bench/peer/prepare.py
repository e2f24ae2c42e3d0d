"""Prepare the peer's courses, people and visits. Lessons are SCORM: its course page, saves and completion are made for them.

Its course page with ticks is also what it shows as "my progress". Its `SetValue` saves one value a call. It awards no certificate.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from wagtail.models import Page, Site
from wagtail_lms.models import CourseEnrollment, CoursePage, SCORMAttempt, SCORMLessonPage, SCORMPackage

from benchmarks.bench.people import sign_in
from benchmarks.bench.plans import get, post, task

# Who is ready for the last step of a long course has a row for each step before it: of these, few are enough.
MOST_ROWS = 30_000
VALUES = (
    ("cmi.core.lesson_location", "7"),
    ("cmi.suspend_data", "here"),
    ("cmi.core.score.raw", "80"),
    ("cmi.core.session_time", "00:07:00"),
)
PEOPLE = """
INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
SELECT 'learner' || n, '!', 'Ana', 'Quispe', 'learner' || n || '@crowd.example', false, false, true, now()
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
ENROLMENTS = """
INSERT INTO wagtail_lms_courseenrollment (user_id, course_id, enrolled_at)
SELECT u.id, c.page_ptr_id, now() FROM auth_user u CROSS JOIN wagtail_lms_coursepage c
WHERE u.username LIKE 'learner%%' AND NOT EXISTS (SELECT 1 FROM wagtail_lms_courseenrollment e WHERE e.user_id = u.id)
"""
# Three lessons done by everyone of the crowd.
ATTEMPTS = """
INSERT INTO wagtail_lms_scormattempt
    (user_id, scorm_package_id, started_at, last_accessed, completion_status, success_status, location, suspend_data)
SELECT u.id, p.id, now(), now(), 'completed', 'unknown', '', ''
FROM auth_user u CROSS JOIN (SELECT id FROM wagtail_lms_scormpackage ORDER BY id LIMIT 3) p
WHERE u.username LIKE 'learner%%' AND NOT EXISTS (SELECT 1 FROM wagtail_lms_scormattempt a WHERE a.user_id = u.id)
"""


def make(sizes: dict[str, Any]) -> dict[str, Any]:
    """Make a course of each length, and the people who act in them."""
    Site.objects.update(hostname="puente.example", port=443)
    staff = sign_in([User.objects.create(username="staff", password="!", is_staff=True, is_superuser=True)])[0]
    plan: dict[str, Any] = {name: {} for name in ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8")}
    for steps in sizes["steps"]:
        course, lessons = _course(steps)
        people = User.objects.bulk_create(
            User(username=f"actor{steps}-{n}", password="!") for n in range(min(sizes["actors"], max(12, MOST_ROWS // steps)))
        )
        for name, found in _visits(course, lessons, people, staff).items():
            plan[name][str(steps)] = found
    return plan


def _course(steps: int) -> tuple[CoursePage, list[SCORMLessonPage]]:
    course = CoursePage(title=f"Course of {steps}", slug=f"course-{steps}", description="<p>A course.</p>")
    Page.objects.get(slug="home").add_child(instance=course)
    packages = SCORMPackage.objects.bulk_create(
        SCORMPackage(title=f"Package {n}", extracted_path=f"package_{steps}_{n}", launch_url="index.html") for n in range(steps)
    )
    lessons = [
        SCORMLessonPage(
            title=f"Lesson {n}", slug=f"lesson-{n}", intro="<p>" + "A lesson of the benchmark. " * 20 + "</p>", scorm_package=package
        )
        for n, package in enumerate(packages)
    ]
    for lesson in lessons:
        course.add_child(instance=lesson)
    return course, lessons


def _visits(course: CoursePage, lessons: list[SCORMLessonPage], people: list[User], staff: str) -> dict[str, Any]:
    enrolments = CourseEnrollment.objects.bulk_create(CourseEnrollment(user=person, course=course) for person in people)
    attempts, sessions = _before_the_end(lessons, people), sign_in(people)
    page, lesson = f"/course-{len(lessons)}/", f"/course-{len(lessons)}/lesson-0/"
    reads = [[get(page, session)] for session in sessions]
    return {
        "T1": task([[get(page)]]),
        "T2": task(reads),
        "T3": task([[get(lesson, session)] for session in sessions]),
        "T7": task(reads),
        "T8": task([[get(reverse("courseenrollment:edit", args=[enrolments[0].pk]), staff)]]),
        **_writes(course, attempts, sessions),
    }


def _before_the_end(lessons: list[SCORMLessonPage], people: list[User]) -> list[SCORMAttempt]:
    """Let everyone have done all lessons but the last, and return their attempts at that one."""
    done = [
        SCORMAttempt(user=person, scorm_package=lesson.scorm_package, completion_status="completed")
        for person in people
        for lesson in lessons[:-1]
    ]
    SCORMAttempt.objects.bulk_create(done, batch_size=5000)
    return SCORMAttempt.objects.bulk_create(
        SCORMAttempt(user=person, scorm_package=lessons[-1].scorm_package, completion_status="incomplete") for person in people
    )


def _writes(course: CoursePage, attempts: list[SCORMAttempt], sessions: list[str]) -> dict[str, Any]:
    def saves(*values: tuple[str, str]) -> list[Any]:
        return [
            [post(f"/lms/scorm-api/{attempt.pk}/", session, {"method": "SetValue", "parameters": list(value)}) for value in values]
            for attempt, session in zip(attempts, sessions, strict=True)
        ]

    mine = f"user_id = ANY(%(ids)s) AND scorm_package_id = {attempts[0].scorm_package_id}"
    data = f"attempt_id IN (SELECT id FROM wagtail_lms_scormattempt WHERE {mine})"
    enrolled = f"user_id = ANY(%(ids)s) AND course_id = {course.pk}"
    empty = "completion_status = 'incomplete', location = '', suspend_data = '', score_raw = NULL"
    same: dict[str, Any] = {
        "reset": [
            f"DELETE FROM wagtail_lms_scormdata WHERE {data}",
            f"UPDATE wagtail_lms_scormattempt SET {empty} WHERE {mine}",
            f"UPDATE wagtail_lms_courseenrollment SET completed_at = NULL WHERE {enrolled}",
        ],
        "ids": [attempt.user_id for attempt in attempts],
    }
    at_seven = f"SELECT count(*) FROM wagtail_lms_scormattempt WHERE {mine} AND location = '7'"
    four_each = f"SELECT count(*) / 4 FROM wagtail_lms_scormdata WHERE {data}"
    completed = f"SELECT count(*) FROM wagtail_lms_courseenrollment WHERE {enrolled} AND completed_at IS NOT NULL"
    return {
        "T4": task(saves(VALUES[0]), check=at_seven, **same),
        "T5": task(saves(*VALUES), check=four_each, **same),
        "T6": task(saves(("cmi.core.lesson_status", "completed")), once=True, check=completed, **same),
    }


def grow(learners: int) -> None:
    """Add other learners, enrolled in every course."""
    here = User.objects.filter(username__startswith="learner").count()
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"first": here + 1, "last": learners})
        cursor.execute(ENROLMENTS)
        cursor.execute(ATTEMPTS)
