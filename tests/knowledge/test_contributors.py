"""Contributors: written once, checked when they are written, and never taken from a work by deleting them."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from knowledge.models import Contribution, Contributor
from tests.knowledge.corpus import draft, library_in, person, publish

pytestmark = pytest.mark.django_db
PERSON, ORGANISATION = Contributor.Kind.PERSON, Contributor.Kind.ORGANISATION


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "María Pérez", "family_name": "Gómez"}, "family_name"),
        ({"name": "María Pérez", "family_name": "Pér"}, "family_name"),
        ({"name": "María Pérez", "family_name": "María Pérez Gómez"}, "family_name"),
        ({"name": "Equipo", "kind": ORGANISATION, "family_name": "Equipo"}, "kind"),
        ({"name": "Equipo", "kind": ORGANISATION, "orcid": "0000-0002-1825-0097"}, "kind"),
        ({"name": "María Pérez", "orcid": "0000-0002-1825-0098"}, "orcid"),
        ({"name": "María Pérez", "website": "javascript:alert(1)"}, "website"),
        ({"name": "María Pérez", "website": "example"}, "website"),
        ({"name": "María Pérez", "slug": "a b"}, "slug"),
        ({"name": "  "}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "María", "kind": "robot"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Contributor(**fields).full_clean()
    assert where in refused.value.message_dict


def test_names_are_kept_in_one_spelling() -> None:
    found = person("  María \u00a0 Pérez   Gómez ", family_name=" Pérez  Gómez", orcid="https://orcid.org/000000021694233x")
    assert (found.name, found.family_name, found.orcid) == ("María Pérez Gómez", "Pérez Gómez", "0000-0002-1694-233X")
    apart = person(unicodedata.normalize("NFD", "Adelaida Núñez"), family_name="Núñez")
    assert apart.name == "Adelaida Núñez"
    assert apart.inverted_name == "Núñez, Adelaida"


def test_each_has_an_address_of_their_own() -> None:
    slugs = [person(name).slug for name in ("Ana Núñez", "Ana Nunez", "Ana Núñez!", "李明", "李", "x" * 200)]
    assert slugs == ["ana-nunez", "ana-nunez-2", "ana-nunez-3", "contributor", "contributor-2", "x" * 70]
    with pytest.raises(ValidationError):
        Contributor(name="Otra", slug="ana-nunez").full_clean()


def test_an_address_stays_when_the_name_changes() -> None:
    maria = person("María Pérez")
    maria.name = "María Quispe"
    maria.full_clean()
    assert maria.slug == "maria-perez"


@pytest.fixture
def admin() -> Client:
    library_in()
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("root@example.org"))
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_knowledge_contributor:{name}", args=args)


def test_deleting_somebody_who_is_on_a_work_is_refused_in_words(admin: Client) -> None:
    maria = person()
    page = publish(library_in(), authors=[maria])
    asked = admin.get(url("delete", maria.pk))
    assert asked.status_code == 200
    answer = admin.post(url("delete", maria.pk), follow=True)
    assert answer.status_code == 200
    assert Contributor.objects.filter(pk=maria.pk).exists()
    assert [author.pk for author in type(page).objects.get(pk=page.pk).authors()] == [maria.pk]
    assert "One or more references to this contributor prevent it from being deleted." in asked.content.decode()
    bulk = reverse("wagtail_bulk_action", args=["knowledge", "contributor", "delete"])
    assert admin.post(f"{bulk}?next=/admin/&id={maria.pk}", {"id": [maria.pk]}, follow=True).status_code == 200
    assert Contributor.objects.filter(pk=maria.pk).exists()


def test_somebody_on_a_draft_only_is_kept_too(admin: Client) -> None:
    maria = person()
    draft(library_in(), authors=[maria])
    assert admin.post(url("delete", maria.pk), follow=True).status_code == 200
    assert Contributor.objects.filter(pk=maria.pk).exists()


def test_somebody_who_is_only_in_the_newest_draft_of_a_live_page_can_be_deleted_and_the_page_still_opens(admin: Client) -> None:
    """Wagtail keeps drafts as JSON, where no database protects anybody."""
    maria = person()
    page = publish(library_in())
    page.contributions.add(Contribution(contributor=maria))
    page.save_revision()
    assert admin.post(url("delete", maria.pk), follow=True).status_code == 200
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert admin.get(edit).status_code == 200
    assert admin.get(reverse("wagtailadmin_pages:history", args=[page.pk])).status_code == 200
    assert admin.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200


def test_somebody_on_no_work_can_be_deleted(admin: Client) -> None:
    maria = person()
    assert admin.post(url("delete", maria.pk), follow=True).status_code == 200
    assert not Contributor.objects.filter(pk=maria.pk).exists()


def test_a_form_says_what_is_wrong_and_keeps_the_rest(admin: Client) -> None:
    data = {"kind": "person", "name": "María Pérez", "family_name": "Gómez", "orcid": "0000-0002-1825-0098", "website": "", "slug": ""}
    answer = admin.post(url("add"), data)
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"family_name", "orcid"}
    assert answer.context["form"]["name"].value() == "María Pérez"
    made = admin.post(url("add"), data | {"family_name": "Pérez", "orcid": "ORCID: 0000 0002 1825 0097"})
    assert made.status_code == 302
    kept = Contributor.objects.get()
    assert (kept.slug, kept.orcid) == ("maria-perez", "0000-0002-1825-0097")
    twin = admin.post(url("add"), data | {"family_name": "Pérez", "orcid": "", "slug": "maria-perez"})
    assert twin.status_code == 200
    assert "slug" in twin.context["form"].errors


def test_people_are_found_in_the_admin_by_name_and_orcid(admin: Client) -> None:
    person("Adelaida Núñez", orcid="0000-0002-1825-0097")
    person("Otra Gente")
    for query in ("núñez", "0000-0002-1825-0097"):
        html = admin.get(url("list"), {"q": query}).content.decode()
        assert "Adelaida Núñez" in html, query
        assert "Otra Gente" not in html, query
