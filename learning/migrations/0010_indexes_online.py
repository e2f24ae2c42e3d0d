"""The indexes of the administrators' lists, built while people go on learning. They were in 0003 and 0006: where those have made them, nothing is done."""

from django.db import migrations, models

from core.online_migrations import AddIndexOnline, AddPostgresIndexOnline

WORDS = "USING gin (to_tsvector('simple', puente_fold(printed_name)))"


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ("accounts", "0001_initial"),
        ("learning", "0009_counts"),
    ]

    operations = [
        AddIndexOnline("attempt", models.Index(fields=["-started_at", "-id"], name="attempt_newest")),
        AddIndexOnline("credential", models.Index(fields=["-issued_at", "-id"], name="credential_newest")),
        AddIndexOnline("enrolment", models.Index(fields=["-enrolled_on", "-id"], name="enrolment_newest")),
        AddPostgresIndexOnline("person_name_words", f"accounts_user {WORDS}"),
        AddPostgresIndexOnline("holder_name_words", f"learning_credentialholder {WORDS}"),
    ]
