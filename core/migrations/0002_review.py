"""The two steps of "Review and publish", and how each stands."""

import django.db.models.deletion
from django.db import migrations, models

GROUPS_HELP = "Pages/snippets at this step in a workflow will be moderated or approved by these groups of users"


def step(name: str, verbose_name: str, verbose_name_plural: str) -> migrations.CreateModel:
    """One step: a task with groups."""
    parent = models.OneToOneField(
        auto_created=True,
        on_delete=django.db.models.deletion.CASCADE,
        parent_link=True,
        primary_key=True,
        serialize=False,
        to="wagtailcore.task",
    )
    return migrations.CreateModel(
        name=name,
        fields=[("task_ptr", parent), ("groups", models.ManyToManyField(help_text=GROUPS_HELP, to="auth.group", verbose_name="groups"))],
        options={"verbose_name": verbose_name, "verbose_name_plural": verbose_name_plural},
        bases=("wagtailcore.task",),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewState",
            fields=[
                (
                    "taskstate_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.taskstate",
                    ),
                ),
                ("text_digest", models.CharField(blank=True, max_length=64, verbose_name="digest of the text")),
            ],
            options={"verbose_name": "state of a review", "verbose_name_plural": "states of reviews"},
            bases=("wagtailcore.taskstate",),
        ),
        step("ReviewTask", "review before publication", "reviews before publication"),
        step("PublishTask", "publication after review", "publications after review"),
    ]
