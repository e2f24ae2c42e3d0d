

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_browsers_by_link'),
    ]

    operations = [
        migrations.CreateModel(
            name='TryCount',
            fields=[
                ('key_hash', models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(editable=False)),
                ('ends_at', models.DateTimeField(db_index=True, editable=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
