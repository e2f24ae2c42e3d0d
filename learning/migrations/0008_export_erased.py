"""Files that went because somebody's account was erased, apart from those that who asked deleted."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("learning", "0007_audit_actor")]

    operations = [
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
                    ("erased", "deleted"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
