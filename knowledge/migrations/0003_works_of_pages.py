"""Give each publication its work, its authors as contributors, and tables as pasted rows."""

import json

from django.db import migrations
from django.utils.text import slugify


def works_of_pages(apps, schema_editor):
    page_model = apps.get_model("knowledge", "PublicationPage")
    work_model = apps.get_model("knowledge", "Work")
    contributor_model = apps.get_model("knowledge", "Contributor")
    contribution_model = apps.get_model("knowledge", "Contribution")
    for page in page_model.objects.all():
        page.work, _made = work_model.objects.get_or_create(key=page.translation_key)
        page.body = json.dumps([_as_pasted(block) for block in _raw(page.body)])
        page.save()
        names = dict.fromkeys(str(block["value"]) for block in _raw(page.authors))
        for position, name in enumerate(names):
            slug = slugify(name)[:80] or f"contributor-{page.pk}-{position}"
            contributor, _made = contributor_model.objects.get_or_create(slug=slug, defaults={"name": name, "kind": "organisation"})
            contribution_model.objects.create(page=page, contributor=contributor, sort_order=position)


def _raw(stream):
    return [dict(block) for block in stream.raw_data]


def _as_pasted(block):
    value = block["value"]
    if block["type"] == "table" and "rows" in value:
        rows = [[cell["value"] for cell in _items(row["value"])] for row in _items(value["rows"])]
        columns = [column["value"] for column in _items(value["columns"])]
        value = {name: kept for name, kept in value.items() if name not in {"columns", "rows"}} | {"data": _text(columns, rows)}
    elif block["type"] == "bars":
        rows = [[row["value"]["label"], str(row["value"]["value"])] for row in _items(value["rows"])]
        kept = {name: kept for name, kept in value.items() if name != "rows"}
        return {**block, "type": "chart", "value": {**kept, "kind": "bar", "summary": value["title"], "data": _text(["—", value["unit"]], rows)}}
    return {**block, "value": value}


def _items(values):
    """List blocks are kept with an identity for each item, or, from before, without."""
    return [item if isinstance(item, dict) and "value" in item and "type" in item else {"value": item} for item in values]


def _text(columns, rows):
    return "\n".join("\t".join(str(cell) for cell in line) for line in [columns, *rows])


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_works")]

    operations = [migrations.RunPython(works_of_pages, migrations.RunPython.noop)]
