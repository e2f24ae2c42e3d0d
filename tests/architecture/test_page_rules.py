"""No rule means no: every page class has an access rule, and what has none is closed through every door."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from accounts.models import User
from core import access
from core.models import BasePage, HomePage, SearchEntry, StandardPage
from tests.architecture.conftest import our_page_classes
from tests.registries import left_out

RESERVED = ("learning", "search")


@pytest.mark.parametrize("page_class", our_page_classes(), ids=lambda page_class: page_class.__name__)
def test_every_page_class_has_a_rule(page_class: type[BasePage]) -> None:
    assert access.has_rule(page_class)


@pytest.mark.django_db
def test_a_class_without_a_rule_is_closed(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    for page_class, page in one_page_of_each.items():
        with left_out(access.RULES, page_class._meta.label):
            page.save_revision().publish()
            assert access.rule_for(page) == access.CLOSED
            assert client.get(page.get_url() or "").status_code == 404, page_class


@pytest.mark.django_db
def test_an_unregistered_page_is_in_no_list(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    page = one_page_of_each[StandardPage]
    with left_out(access.RULES, StandardPage._meta.label):
        page.save_revision().publish()
        assert (page.get_url() or "").encode() not in client.get(reverse("sitemap")).content
        assert not SearchEntry.objects.filter(page_id=page.pk).exists()


def test_a_rule_of_a_class_is_not_inherited() -> None:
    class Later(StandardPage):
        class Meta:
            app_label = "core"
            proxy = True

    assert not access.has_rule(Later)


def test_a_rule_without_an_evaluator_refuses() -> None:
    class Request:
        user = None

    assert access.decide(access.Rule("nobody-registered-this"), Request()) == access.REFUSED  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_restriction_of_wagtail_closes_a_page(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    page = one_page_of_each[StandardPage]
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    page.save_revision().publish()
    assert client.get(page.get_url() or "").status_code == 404


@pytest.mark.django_db
def test_a_page_of_wagtail_itself_is_never_served(client: Client, home: HomePage) -> None:
    bare = Page(title="Bare", slug="bare", locale=home.locale)
    home.add_child(instance=bare)
    bare.save_revision().publish()
    assert client.get("/es/bare/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("slug", RESERVED)
def test_reserved_slugs_are_refused_below_a_home_page(home: HomePage, slug: str) -> None:
    """Those addresses belong to views: a page there could never be opened."""
    form_class = StandardPage.get_edit_handler().get_form_class()
    editor = User.objects.create_superuser("root@example.org")
    data = {"title": "Taken", "slug": slug, "body-count": "0"}
    form = form_class(data, instance=StandardPage(locale=home.locale), parent_page=home, for_user=editor)
    assert "slug" in form.errors
    allowed = form_class({**data, "slug": "free"}, instance=StandardPage(locale=home.locale), parent_page=home, for_user=editor)
    assert "slug" not in allowed.errors
