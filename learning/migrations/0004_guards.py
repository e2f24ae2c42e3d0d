"""Let the database refuse what nobody may do to certificates and to the audit trail (learning.guards)."""

from django.db import migrations

from learning import guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection)


def remove(apps, schema_editor):
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0003_staff_work'),
    ]

    operations = [migrations.RunPython(install, remove)]
