"""The crowd beside the people who act: everyone is enrolled in every course."""

from __future__ import annotations

from django.core.management import call_command, get_commands
from django.db import connection

from accounts.models import User

DOMAIN = "synthetic.invalid"

PEOPLE = """
INSERT INTO accounts_user
    (email, password, printed_name, show_name, language, first_name, last_name, is_superuser, is_staff, is_active, date_joined)
SELECT 'learner' || n || '@crowd.example', '!', 'Ana Quispe N' || n, false, 'es', '', '', false, false, true, now()
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
ENROLMENTS = """
INSERT INTO learning_enrolment (learner_id, course_key, run_id, outline_id, language, state, done_bits, enrolled_on)
SELECT u.id, o.course_key, r.id, o.id, 'es', 'active', '\\x01'::bytea, current_date
FROM accounts_user u CROSS JOIN courses_outline o JOIN courses_courserun r ON r.course_key = o.course_key
WHERE u.email LIKE '%%@crowd.example' AND NOT EXISTS (SELECT 1 FROM learning_enrolment e WHERE e.learner_id = u.id)
"""


def make_crowd(learners: int, courses: list[str]) -> None:
    """Make learners until there are so many, in these courses (slugs): with `manage.py load_synthetic` where there is one."""
    if "load_synthetic" in get_commands():
        here = User.objects.filter(email__endswith=f"@{DOMAIN}").count()
        chosen = [word for slug in courses for word in ("--course", slug)]
        call_command("load_synthetic", "--learners", str(learners - here), "--seed", str(learners), "--yes-really", *chosen)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user WHERE email LIKE '%%@crowd.example'")
        cursor.execute(PEOPLE, {"first": cursor.fetchone()[0] + 1, "last": learners})
        cursor.execute(ENROLMENTS)
