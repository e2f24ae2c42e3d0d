"""What the database itself does for this floor: finding people by words of their name, and an audit trail that nobody changes.

On PostgreSQL `puente_fold` compares names without case, accents and punctuation, as core.search.fold does; an index of words over
it answers "which names hold words that begin so". SQLite gets the function in Python, and no index.
"""

from django.db import migrations

from accounts.db_triggers import GUARD

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
WORDS = "CREATE INDEX person_name_words ON accounts_user USING gin (to_tsvector('simple', puente_fold(printed_name)))"


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FOLD, params=None)
        schema_editor.execute(WORDS, params=None)
    GUARD.install(schema_editor.connection)


def remove(apps, schema_editor):
    GUARD.remove(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS person_name_words", params=None)
        schema_editor.execute("DROP FUNCTION IF EXISTS puente_fold(text)", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
