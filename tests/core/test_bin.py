"""What somebody deletes in the admin can be brought back for thirty days, with its keys; then it is gone.

Deleting unpublishes, locks and moves a page with its tree below a root outside all sites: its address and its language are free.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Page, PageLogEntry

from accounts.models import User
from accounts.roles import AUTHOR, EDITOR, ROLES, SITE_ADMINISTRATOR
from core.bin import bin_entries, bin_root, choosable
from core.models import BasePage, BinPage, HomePage, StandardPage
from core.search import find
from core.services.bring_back import CannotComeBack, bring_back, way_back
from core.services.empty_bin import empty_bin
from core.services.put_in_bin import put_in_bin
from courses.models import CoursePage, StepWaiver
from foundation.services.reconcile import reconcile
from knowledge.models import PublicationPage
from learning.services.mark_done import mark_done
from tests.accounts.staff import colleague, in_role
from tests.architecture.conftest import home, one_page_of_each
from tests.factories import enrol_in, lessons_of, make_course, module_of, translate_course

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = pytest.mark.django_db
BULK = "/admin/bulk/wagtailcore/page/delete/"


def delete(client: Client, page: Page, **data: Any) -> Any:
    return client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), data)


def delete_in_bulk(client: Client, *pages: Page) -> Any:
    return client.post(f"{BULK}?{'&'.join(f'id={page.pk}' for page in pages)}&next=/admin/")


def fresh(page: Page) -> Any:
    return Page.objects.get(pk=page.pk).specific


WAYS = pytest.mark.parametrize("way", [delete, delete_in_bulk])


@WAYS
def test_what_is_deleted_is_in_the_bin_with_all_below_it(client: Client, way: Any) -> None:
    course = make_course(lessons=2, title="Remesas")
    lesson = lessons_of(course)[0]
    lesson.title = "Palabrarara"
    lesson.save_revision().publish()
    url = lesson.get_url()
    module = module_of(course)
    keys = {page.pk: page.translation_key for page in module.get_descendants(inclusive=True)}
    way(in_role(SITE_ADMINISTRATOR), module)
    (entry,) = bin_entries()
    root = bin_root()
    assert root is not None
    assert root.get_parent().is_root()
    assert entry.thrown == Page.objects.get(pk=module.pk)
    for page in Page.objects.filter(pk__in=keys):
        assert (page.live, page.locked, page.path.startswith(root.path)) == (False, True, True)
        assert page.translation_key != keys[page.pk]
    assert client.get(url).status_code == 404
    assert not find("palabrarara", "es").exists()
    assert entry.owner == User.objects.get(email="site_administrator@example.org")
    assert entry.place_words.endswith("› Remesas")
    assert PageLogEntry.objects.filter(page=module.pk, action="puente.bin.put").exists()


@pytest.mark.database
def test_its_address_and_its_language_are_free_again(client: Client) -> None:
    course = translate_course(make_course(lessons=1), "en")
    url, parent, source = course.get_url(), course.get_parent(), CoursePage.objects.exclude(pk=course.pk).get()
    put_in_bin(page=course)
    assert source.get_translation_or_none(course.locale) is None
    other = source.copy_for_translation(course.locale)
    other.slug = course.slug
    other.save_revision().publish()
    assert (other.get_url(), other.get_parent().pk) == (url, parent.pk)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("form", ["alias", "translation"])
def test_aliases_and_translations_go_there_as_well(form: str) -> None:
    course = make_course(lessons=1)
    english = Locale.objects.get(language_code="en")
    other = course.copy_for_translation(english, copy_parents=True, alias=form == "alias")
    delete(in_role(AUTHOR), other)
    assert [entry.thrown for entry in bin_entries()] == [Page.objects.get(pk=other.pk)]
    assert fresh(course).live


@pytest.mark.database
def test_an_alias_of_what_is_deleted_is_not_read_any_more(client: Client, home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    page.save_revision().publish()
    alias = page.create_alias(update_slug="otro")
    assert client.get(alias.get_url()).status_code == 200
    put_in_bin(page=page)
    assert client.get(alias.get_url()).status_code == 404


def test_a_choice_that_holds_a_page_and_one_below_it_is_one_deletion() -> None:
    course = make_course(lessons=1)
    module = module_of(course)
    delete_in_bulk(in_role(SITE_ADMINISTRATOR), module, lessons_of(course)[0])
    assert [entry.title for entry in bin_entries()] == [module.title]


@pytest.mark.database
def test_two_with_one_address_lie_side_by_side(home: HomePage) -> None:
    for _time in range(2):
        page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
        put_in_bin(page=page)
    assert bin_entries().count() == 2


def test_whoever_may_not_delete_puts_nothing_there(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    page = one_page_of_each[PublicationPage]
    for role in ROLES:
        if role.key not in {EDITOR.key, SITE_ADMINISTRATOR.key}:
            delete(in_role(role), page)
            delete_in_bulk(in_role(role, f"{role.key}2@example.org"), page)
    assert not bin_entries().exists()


def test_it_says_where_the_page_goes_before_and_after(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    client = in_role(SITE_ADMINISTRATOR)
    english = {"accept-language": "en"}
    asked = client.get(reverse("wagtailadmin_pages:delete", args=[page.pk]), headers=english).content.decode()
    assert "For 30 days it can be brought back" in asked
    assert delete(client, page, confirm_site_name="Wrong").status_code == 200
    assert not bin_entries().exists(), "many pages at once ask for the name of the site"
    said = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), headers=english, follow=True)
    assert "“Texto” is in the bin" in " ".join(str(message) for message in said.context["messages"])


# Bringing back


def test_a_site_administrator_brings_it_back_with_its_keys(client: Client) -> None:
    course = make_course(lessons=2)
    lesson, other = lessons_of(course)
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    url, key = lesson.get_url(), lesson.key
    delete(in_role(AUTHOR), lesson)
    assert StepWaiver.objects.steps_of(course.key) == {key}
    (entry,) = bin_entries()
    desk = in_role(SITE_ADMINISTRATOR)
    look = desk.get(reverse("bin_back", args=[entry.pk]), headers={"accept-language": "en"})
    assert "Bring it back" in look.content.decode()
    assert fresh(lesson).get_parent().pk == entry.pk, "looking changes nothing"
    desk.post(reverse("bin_back", args=[entry.pk]))
    back = fresh(lesson)
    assert (back.key, back.live, back.locked, back.get_parent().pk) == (key, False, False, module_of(course).pk)
    assert not bin_entries().exists()
    back.save_revision().publish()
    assert client.get(url).status_code == 200
    assert not StepWaiver.objects.steps_of(course.key)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1
    assert PageLogEntry.objects.filter(page=lesson.pk, action="puente.bin.back").exists()
    assert other.pk


@pytest.mark.database
def test_a_course_comes_back_whole(client: Client) -> None:
    course = make_course(lessons=2, assessments=1)
    keys = set(course.get_descendants(inclusive=True).values_list("translation_key", flat=True))
    put_in_bin(page=course)
    assert not StepWaiver.objects.exists(), "its steps do not look lost one by one"
    bring_back(entry=bin_entries().get())
    back = fresh(course)
    assert set(back.get_descendants(inclusive=True).values_list("translation_key", flat=True)) == keys
    assert not back.get_descendants(inclusive=True).filter(locked=True).exists()


@pytest.mark.database
def test_an_address_that_was_taken_meanwhile_gets_another_ending(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    home.refresh_from_db()
    home.add_child(instance=StandardPage(title="Otro", slug="texto"))
    entry = bin_entries().get()
    assert way_back(entry).slug == "texto-1"
    assert bring_back(entry=entry).slug == "texto-1"


def refused(entry: BinPage) -> str:
    with pytest.raises(CannotComeBack) as refusal:
        bring_back(entry=entry)
    answer = in_role(SITE_ADMINISTRATOR, f"{timezone.now().timestamp()}@example.org").post(reverse("bin_back", args=[entry.pk]))
    assert answer.status_code == 302
    assert BinPage.objects.filter(pk=entry.pk).exists()
    return str(refusal.value)


@pytest.mark.database
def test_what_is_in_its_way_is_said() -> None:
    course = make_course(lessons=1)
    lesson, module = lessons_of(course)[0], module_of(course)
    put_in_bin(page=lesson)
    inner = bin_entries().get()
    put_in_bin(page=module)
    assert refused(inner)
    bring_back(entry=bin_entries().exclude(pk=inner.pk).get())
    bring_back(entry=BinPage.objects.get(pk=inner.pk))
    assert fresh(lesson).get_parent() == Page.objects.get(pk=module.pk)


@pytest.mark.database
def test_what_was_to_be_published_on_a_date_is_a_draft_in_the_bin_and_afterwards(client: Client, home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Mañana", slug="manana", live=False, go_live_at=timezone.now() + timedelta(hours=1)))
    page.save_revision().publish()
    assert fresh(page).approved_schedule
    put_in_bin(page=page)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        call_command("publish_scheduled", verbosity=0)
    assert not fresh(page).live
    back = bring_back(entry=bin_entries().get())
    assert (back.live, back.approved_schedule) == (False, False)


@pytest.mark.database
def test_so_is_one_of_a_page_below_it_in_another_language() -> None:
    course = make_course(lessons=1)
    lesson = lessons_of(course)[0]
    english = Locale.objects.get(language_code="en")
    Page.objects.filter(pk=lesson.pk).update(locale=english)
    put_in_bin(page=course)
    other = make_course(lessons=1)
    Page.objects.filter(pk=lessons_of(other)[0].pk).update(locale=english, translation_key=lesson.translation_key)
    assert refused(bin_entries().get())


@pytest.mark.database
def test_another_translation_in_its_stead_is_in_its_way() -> None:
    course = translate_course(make_course(lessons=1), "en")
    put_in_bin(page=course)
    CoursePage.objects.exclude(pk=course.pk).get().copy_for_translation(course.locale)
    assert refused(bin_entries().get())


@pytest.mark.database
def test_only_who_may_bring_back_sees_the_bin(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    entry = bin_entries().get()
    for role in ROLES:
        client = in_role(role)
        for url in (reverse("bin"), reverse("bin_back", args=[entry.pk])):
            assert (client.get(url).status_code == 200) is (role is SITE_ADMINISTRATOR), (role.key, url)
        if role is not SITE_ADMINISTRATOR:
            client.post(reverse("bin_back", args=[entry.pk]))
    assert bin_entries().count() == 1


def test_the_list_says_who_when_and_how_long(home: HomePage) -> None:
    client = in_role(SITE_ADMINISTRATOR)
    page = home.add_child(instance=StandardPage(title="Texto raro", slug="texto"))
    delete(client, page)
    with time_machine.travel(timezone.now() + timedelta(days=10, hours=1)):
        shown = client.get(reverse("bin"), headers={"accept-language": "en"}).content.decode()
    for words in ("Texto raro", "site_administrator@example.org", "<td>19</td>"):
        assert words in shown
    for made_up in ("?p=999", "?p=x"):
        assert client.get(reverse("bin") + made_up).status_code == 200
    assert client.get(reverse("bin_back", args=[page.pk])).status_code == 404


# In the bin


@pytest.mark.database
@pytest.mark.parametrize("who", ["site administrator", "superuser"])
def test_nothing_else_can_be_done_with_what_is_in_the_bin(home: HomePage, who: str) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    person = colleague(SITE_ADMINISTRATOR) if who == "site administrator" else User.objects.create_superuser("root@example.org")
    for one in (fresh(page), bin_entries().get(), bin_root()):
        may = one.permissions_for_user(person)
        acts = ("edit", "delete", "move", "copy", "publish", "unpublish", "lock", "unlock", "add_subpage", "publish_subpage")
        assert [act for act in acts if getattr(may, f"can_{act}")()] == []
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = Page.objects.get(pk=page.pk).path
    for name in ("edit", "delete", "unpublish", "copy"):
        assert client.post(reverse(f"wagtailadmin_pages:{name}", args=[page.pk]))["Location"] == "/admin/", name
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]))
    delete_in_bulk(client, page)
    assert Page.objects.get(pk=page.pk).path == before


@pytest.mark.database
def test_lists_and_dialogues_leave_it_out(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    admin = colleague(SITE_ADMINISTRATOR)
    assert not choosable(Page.objects.filter(pk=page.pk), admin).exists()
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    top = client.get(reverse("wagtailadmin_explore_root")).content.decode()
    assert f"/admin/pages/{bin_root().pk}/" not in top  # type: ignore[union-attr]


# The end of its days


@pytest.mark.database
def test_after_thirty_days_it_is_deleted(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    now = timezone.now()
    assert empty_bin(now=now + timedelta(days=29)) == 0
    assert empty_bin(now=now + timedelta(days=30, minutes=1)) == 1
    assert not Page.objects.filter(pk=page.pk).exists()
    assert empty_bin(now=now + timedelta(days=60)) == 0
    assert bin_root() is not None


@pytest.mark.database
def test_the_timer_does_it(home: HomePage) -> None:
    page = home.add_child(instance=StandardPage(title="Texto", slug="texto"))
    put_in_bin(page=page)
    BinPage.objects.filter(depth=3).update(thrown_at=timezone.now() - timedelta(days=31))
    reconcile(now=timezone.now())
    assert not Page.objects.filter(pk=page.pk).exists()


@pytest.mark.database
def test_what_something_needs_stays_and_the_rest_goes(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [home.add_child(instance=StandardPage(title=f"Texto {i}", slug=f"texto-{i}")) for i in range(2)]
    entries = [put_in_bin(page=page) for page in pages]
    kept = entries[0]
    assert kept is not None
    real = BinPage.delete

    def delete_unless_needed(self: BinPage, *args: Any, **kwargs: Any) -> Any:
        if self.pk == kept.pk:
            raise ProtectedError("needed", set())
        return real(self, *args, **kwargs)

    monkeypatch.setattr(BinPage, "delete", delete_unless_needed)
    assert empty_bin(now=timezone.now() + timedelta(days=31)) == 1
    assert [entry.pk for entry in bin_entries()] == [kept.pk]


# Dialogues of the admin


def test_dialogues_name_no_draft_to_those_who_may_not_open_it(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    """Wagtail names every page there: support would read the titles of what is being written."""
    parent = one_page_of_each[StandardPage]
    draft = parent.add_child(instance=StandardPage(title="Secreto", slug="secreto", live=False))
    below = draft.add_child(instance=StandardPage(title="Tampoco", slug="tampoco"))
    below.save_revision().publish()
    urls = [
        reverse("wagtailadmin_choose_page_child", args=[parent.pk]),
        reverse("wagtailadmin_choose_page_child", args=[draft.pk]),
        reverse("wagtailadmin_choose_page_child", args=[below.pk]),
        reverse("wagtailadmin_choose_page_search") + "?q=Secreto",
        reverse("wagtailadmin_choose_page_search") + "?q=Tampoco",
        reverse("wagtailadmin_choose_page_chosen_multiple") + f"?id={draft.pk}&id={below.pk}",
        reverse("wagtailadmin_api:pages:listing") + f"?child_of={parent.pk}",
        reverse("wagtailadmin_api:pages:detail", args=[draft.pk]),
        reverse("wagtailadmin_pages:move_confirm", args=[draft.pk, parent.pk]),
        reverse("wagtailadmin_pages:usage", args=[draft.pk]),
        reverse("wagtailadmin_pages:history", args=[draft.pk]),
        reverse("wagtailadmin_pages:workflow_history", args=[draft.pk]),
        reverse("wagtail_localize:translations_report"),
    ]
    for role in ROLES:
        client = in_role(role)
        told = [url for url in urls if any(word in client.get(url, follow=True).content.decode() for word in ("Secreto", "Tampoco"))]
        assert bool(told) is (role.key == SITE_ADMINISTRATOR.key), (role.key, told)


def test_dialogues_still_offer_what_one_needs(one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    page = one_page_of_each[PublicationPage]
    page.unpublish()
    url = reverse("wagtailadmin_choose_page_child", args=[page.get_parent().pk])
    assert page.title in in_role(AUTHOR).get(url).json()["html"]
