"""What the database itself does for this floor: finding certificates by words of the name, and certificates that nobody rewrites."""

from django.db import migrations

from credentials.db_triggers import GUARD

WORDS = "CREATE INDEX holder_name_words ON credentials_credentialholder USING gin (to_tsvector('simple', puente_fold(printed_name)))"


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WORDS, params=None)
    GUARD.install(schema_editor.connection)


def remove(apps, schema_editor):
    GUARD.remove(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS holder_name_words", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sql"), ("credentials", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
