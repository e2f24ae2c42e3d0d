"""Who ever did something, and what one person did, without reading the whole trail."""

from django.db import migrations, models

from core.online_migrations import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("learning", "0006_admin_lists")]

    operations = [
        AddIndexOnline("auditentry", models.Index(fields=["actor_id", "-at"], name="auditentry_actor")),
    ]
