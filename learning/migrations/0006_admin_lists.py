"""What the administrators' lists need: how far an export is, and finding people by words of their name.

On PostgreSQL `puente_fold` compares names without case, accents and punctuation, as core.search.fold does; an index of
words over it (0010) answers "which names hold words that begin so". SQLite gets the function in Python, and no index.
"""

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Combining marks of Latin, Cyrillic, Hebrew and Arabic script, and Japanese voicing: what is left of an accent after NFKD.
MARKS = r"[\u0300-\u036F\u0483-\u0487\u0591-\u05C7\u064B-\u065F\u0670\u3099\u309A]"
# Wrapped in one function, because an index takes only expressions that never change their answer.
FOLD = f"""
CREATE OR REPLACE FUNCTION puente_fold(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
  SELECT translate(
    regexp_replace(replace(lower(normalize(name, NFKD)), 'ß', 'ss'), '{MARKS}', '', 'g'),
    '!"#$%&''()*+,-./:;<=>?@[\\]^_`{{|}}~', repeat(' ', 32)
  )
$$
"""


def learn_names(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FOLD, params=None)


def forget_names(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("DROP FUNCTION IF EXISTS puente_fold(text)", params=None)


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("learning", "0005_credential_notice"),
    ]

    operations = [
        migrations.AddField("recordexport", "run", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("recordexport", "moved_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AlterField(
            "recordexport",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("running", "being written"),
                    ("done", "ready"),
                    ("failed", "failed"),
                    ("deleted", "deleted"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.RunPython(learn_names, forget_names),
    ]
