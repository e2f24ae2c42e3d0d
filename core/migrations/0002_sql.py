"""What the database itself does for this floor: an index of the few pages that have a day on which they expire, which each request counts."""

from django.db import migrations

from foundation.online_migrations import build_index, drop_index

NAME = "page_expires"
ON = "wagtailcore_page (expire_at) WHERE expire_at IS NOT NULL"


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        build_index(schema_editor, NAME, f"CREATE INDEX CONCURRENTLY {NAME} ON {ON}")
    else:
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {NAME} ON {ON}", params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        drop_index(schema_editor, NAME)
    else:
        schema_editor.execute(f"DROP INDEX IF EXISTS {NAME}", params=None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(build, drop)]
