"""What reports read beside the counts of steps: the people of each run. And when counts were mended."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0004_names_of_pages'),
        ('learning', '0008_export_erased'),
    ]

    operations = [
        migrations.AlterModelOptions(name='stepstat', options={'default_permissions': ('view',)}),
        migrations.CreateModel(
            name='CountsMended',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('slots', models.PositiveIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RunStat',
            fields=[
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='courses.courserun')),
                ('enrolled', models.PositiveIntegerField(default=0)),
                ('finished', models.PositiveIntegerField(default=0)),
                ('withdrawn', models.PositiveIntegerField(default=0)),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
