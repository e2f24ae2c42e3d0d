"""Who ever did something, and what one person did, without reading the whole trail."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("learning", "0006_admin_lists")]

    operations = [
        migrations.AddIndex("auditentry", models.Index(fields=["actor_id", "-at"], name="auditentry_actor")),
    ]
