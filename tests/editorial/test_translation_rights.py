"""Translating takes a right on the page: to add one where the translation will stand, or to edit the one that is there.

wagtail-localize asks for one right of the whole site, and publishes what is live in the source; here it makes drafts.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from accounts.models import User
from accounts.roles import AUTHOR, EDITOR, REVIEWER, SITE_ADMINISTRATOR, SUPPORT, Role
from core.models import BasePage, StandardPage
from courses.models import CataloguePage, CoursePage, LessonPage
from knowledge.models import Contributor, LibraryPage, PublicationPage
from tests.accounts.door import member
from tests.accounts.staff import colleague, in_role
from tests.architecture.conftest import home, one_page_of_each
from tests.factories import lessons_of, make_course

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = pytest.mark.django_db
Pages = dict[type[BasePage], BasePage]


def locale(code: str) -> Locale:
    return Locale.objects.get(language_code=code)


def submit(client: Client, page: Page, *codes: str, subtree: bool = False) -> Any:
    """Send the form "Translate this page"."""
    data = {"locales": [locale(code).pk for code in codes], **({"include_subtree": "on"} if subtree else {})}
    return client.post(reverse("wagtail_localize:submit_page_translation", args=[page.pk]), data)


def in_language(page: Page, code: str) -> Any:
    found = page.get_translation_or_none(locale(code))
    return found.specific if found else None


def is_refused(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer["Location"] == "/admin/")


def translator(place: Page, *actions: str) -> Client:
    """A browser of somebody who may hand pages to translators, and has rights in one place only."""
    group = Group.objects.create(name="Translators")
    for app, codename in (("wagtailadmin", "access_admin"), ("wagtail_localize", "submit_translation")):
        group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    for action in actions:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page")
        GroupPagePermission.objects.create(group=group, page=place, permission=permission)
    person = member("translator@example.org")
    person.groups.add(group)
    client = Client()
    client.force_login(User.objects.get(pk=person.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def synced(page: Page, code: str, *, publish: bool = False) -> Translation:
    """A translation that wagtail-localize keeps up with its source."""
    source, _created = TranslationSource.get_or_create_from_instance(page.specific)
    made: Translation = Translation.objects.create(source=source, target_locale=locale(code))
    made.save_target(publish=False)
    if publish:
        made.get_target_instance().save_revision().publish()
    return made


@pytest.mark.parametrize(("role", "page_class"), [(AUTHOR, CoursePage), (EDITOR, PublicationPage), (SITE_ADMINISTRATOR, StandardPage)])
def test_a_translation_begins_as_a_draft(
    one_page_of_each: Pages, role: Role, page_class: type[BasePage], django_capture_on_commit_callbacks: Any
) -> None:
    page = one_page_of_each[page_class]
    with django_capture_on_commit_callbacks(execute=True):
        submit(in_role(role), page, "pt", subtree=True)
    made = in_language(page, "pt")
    assert (made.live, made.latest_revision is not None) == (False, True)
    assert not made.get_descendants().live().exists()
    assert made.get_descendants().count() == page.get_descendants().count()


@pytest.mark.parametrize(
    ("role", "page_class"),
    [(AUTHOR, StandardPage), (EDITOR, StandardPage), (EDITOR, CoursePage), (EDITOR, LessonPage), (REVIEWER, PublicationPage)],
)
def test_nobody_makes_a_translation_where_they_may_add_no_page(one_page_of_each: Pages, role: Role, page_class: type[BasePage]) -> None:
    page = one_page_of_each[page_class]
    StandardPage.objects.exclude(pk=page.pk).filter(translation_key=page.translation_key).delete()
    client = in_role(role)
    before = Page.objects.count()
    assert is_refused(client.get(reverse("wagtail_localize:submit_page_translation", args=[page.pk])))
    assert is_refused(submit(client, page, "pt"))
    assert Page.objects.count() == before


def test_whoever_has_rights_in_one_language_translates_into_that_one_only(one_page_of_each: Pages) -> None:
    course = one_page_of_each[CoursePage]
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add")
    form = client.get(reverse("wagtail_localize:submit_page_translation", args=[course.pk])).context["form"]
    assert [found.language_code for found in form.fields["locales"].queryset] == ["en"]
    assert submit(client, course, "en", "fr").status_code == 200, "shown again: French is no choice"
    assert (in_language(course, "en"), in_language(course, "fr")) == (None, None)
    assert submit(client, course, "en").status_code == 302
    assert in_language(course, "en").live is False


def test_a_draft_of_others_is_no_source_for_those_who_may_not_edit_it(one_page_of_each: Pages) -> None:
    course = one_page_of_each[CoursePage]
    course.unpublish()
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add")
    assert is_refused(submit(client, course, "en"))
    assert in_language(course, "en") is None


def test_what_a_language_has_written_is_left_alone(django_capture_on_commit_callbacks: Any) -> None:
    course = make_course(lessons=2)
    client = in_role(AUTHOR)
    lesson = lessons_of(course)[0]
    own = lesson.copy_for_translation(locale("pt"), copy_parents=True)
    own.title = "Escrita aqui"
    own.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):
        submit(client, course, "pt", subtree=True)
    own.refresh_from_db()
    assert (own.title, own.live) == ("Escrita aqui", True)
    assert not Translation.objects.filter(source__object_id=lesson.translation_key).exists()
    assert in_language(lessons_of(course)[1], "pt") is not None


def test_parents_that_a_language_lacks_are_made_only_with_the_right_to_publish(one_page_of_each: Pages) -> None:
    lesson, course = one_page_of_each[LessonPage], one_page_of_each[CoursePage]
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add")
    assert is_refused(submit(client, lesson, "en"))
    assert in_language(course, "en") is None
    assert submit(in_role(AUTHOR), lesson, "en").status_code == 302
    assert in_language(lesson, "en").live is False


def test_an_alias_that_is_live_becomes_a_translation_only_with_the_right_to_publish(one_page_of_each: Pages) -> None:
    course = one_page_of_each[CoursePage]
    alias = course.copy_for_translation(locale("en"), alias=True)
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add", "change")
    assert is_refused(submit(client, course, "en"))
    alias.refresh_from_db()
    assert alias.alias_of_id == course.pk
    assert submit(in_role(AUTHOR), course, "en").status_code == 302
    alias.refresh_from_db()
    assert alias.alias_of_id is None


def test_an_alias_that_is_locked_stays_an_alias(one_page_of_each: Pages) -> None:
    course = one_page_of_each[CoursePage]
    course.unpublish()  # of a live one the right to unpublish is asked for, which a lock takes
    alias = course.copy_for_translation(locale("en"), alias=True)
    Page.objects.filter(pk=alias.pk).update(locked=True, locked_by=colleague(SITE_ADMINISTRATOR))
    assert submit(in_role(AUTHOR), course, "en").status_code == 200, "the form again: that language is no choice"
    alias.refresh_from_db()
    assert alias.alias_of_id == course.pk


def test_updating_takes_the_right_to_edit_every_translation(one_page_of_each: Pages, django_capture_on_commit_callbacks: Any) -> None:
    course = one_page_of_each[CoursePage]
    made = synced(course, "en", publish=True)
    synced(course, "fr")
    course.title = "Otro"
    course.save_revision().publish()
    url = reverse("wagtail_localize:update_translations", args=[made.source_id])
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add", "change", "publish")
    for answer in (client.get(url), client.post(url, {"publish_translations": "on"})):
        assert is_refused(answer)
    assert StringSegment.objects.filter(source=made.source, string__data="Otro").count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert in_role(AUTHOR).post(url, {"publish_translations": "on"}).status_code == 302
    assert in_language(course, "en").title == "Otro"


def test_updating_publishes_only_with_the_right_to_publish(one_page_of_each: Pages, django_capture_on_commit_callbacks: Any) -> None:
    course = one_page_of_each[CoursePage]
    made = synced(course, "en", publish=True)
    course.title = "Otro"
    course.save_revision().publish()
    client = translator(CataloguePage.objects.get(locale=locale("en")), "change")
    url = reverse("wagtail_localize:update_translations", args=[made.source_id])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url, {"publish_translations": "on"}, headers={"accept-language": "en"}, follow=True)
    assert "Nothing was published" in answer.content.decode()
    assert in_language(course, "en").title == "Curso"
    assert StringSegment.objects.filter(source=made.source, string__data="Otro").exists(), "ready to be translated"


def test_an_alias_is_made_only_with_the_right_to_publish(one_page_of_each: Pages) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    target = made.get_target_instance()
    client = translator(CataloguePage.objects.get(locale=locale("en")), "add", "change")
    url = reverse("wagtail_localize:convert_to_alias", args=[target.pk])
    assert is_refused(client.get(url))
    assert is_refused(client.post(url))
    target.refresh_from_db()
    assert (target.alias_of_id, target.live) == (None, False)
    assert in_role(AUTHOR).get(url).status_code == 200


def changing(made: Translation) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every way of the package to change a translation: method, address and what is sent."""
    segment = StringSegment.objects.filter(source=made.source).first()
    assert segment is not None
    args = [made.pk]
    return {
        "string": ("put", reverse("wagtail_localize:edit_string_translation", args=[made.pk, segment.pk]), {"value": "Mine"}),
        "stop": ("post", reverse("wagtail_localize:stop_translation", args=args), {}),
        "upload": ("post", reverse("wagtail_localize:upload_pofile", args=args), {"file": SimpleUploadedFile("a.po", b"")}),
        "machine": ("post", reverse("wagtail_localize:machine_translate", args=args), {}),
        "publish": ("post", reverse("wagtailadmin_pages:edit", args=[made.get_target_instance().pk]), {"action": "publish"}),
        "alias": ("post", reverse("wagtail_localize:convert_to_alias", args=[made.get_target_instance().pk]), {}),
    }


def state(made: Translation) -> tuple[Any, ...]:
    target = made.get_target_instance()
    strings = list(StringTranslation.objects.values_list("data", flat=True))
    return (Translation.objects.get(pk=made.pk).enabled, strings, target.live, target.alias_of_id, target.latest_revision_id)


@pytest.mark.parametrize("way", ["string", "stop", "upload", "machine", "publish", "alias"])
@pytest.mark.parametrize("who", ["editor", "locked out"])
def test_a_translation_is_changed_by_whoever_may_edit_the_page_and_while_it_is_not_locked(
    one_page_of_each: Pages, way: str, who: str, django_capture_on_commit_callbacks: Any
) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    client = in_role(EDITOR if who == "editor" else AUTHOR)
    if who == "locked out":
        target = made.get_target_instance()
        target.locked, target.locked_by = True, colleague(SITE_ADMINISTRATOR)
        target.save()
    before = state(made)
    method, url, data = changing(made)[way]
    with django_capture_on_commit_callbacks(execute=True):
        if method == "put":
            answer = client.put(url, "value=Mine", content_type="application/x-www-form-urlencoded")
        else:
            answer = client.post(url, data)
    assert answer.status_code in {302, 403}
    assert state(made) == before


@pytest.mark.parametrize("file", [None, b"", b"no PO file", b'msgid ""\nmsgstr "X-WagtailLocalize-TranslationID"\n', b"\xff\xfe\x00"])
def test_a_file_that_is_no_translation_is_refused_in_words(one_page_of_each: Pages, file: bytes | None) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    data = {} if file is None else {"file": SimpleUploadedFile("a.po", file)}
    url = reverse("wagtail_localize:upload_pofile", args=[made.pk])
    answer = in_role(AUTHOR).post(url, data, headers={"accept-language": "en"}, follow=True)
    assert answer.status_code == 200
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "PO file" in said
    assert not StringTranslation.objects.exists()


def test_the_file_that_was_downloaded_is_taken_up(one_page_of_each: Pages) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    client = in_role(AUTHOR)
    po = client.get(reverse("wagtail_localize:download_pofile", args=[made.pk])).content.decode()
    po = po.replace('msgid "Curso"\nmsgstr ""', 'msgid "Curso"\nmsgstr "Course"')
    client.post(reverse("wagtail_localize:upload_pofile", args=[made.pk]), {"file": SimpleUploadedFile("a.po", po.encode())})
    assert StringTranslation.objects.filter(data="Course").exists()


def test_a_text_without_a_value_is_a_bad_request(one_page_of_each: Pages) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    _method, url, _data = changing(made)["string"]
    assert in_role(AUTHOR).put(url, "", content_type="application/x-www-form-urlencoded").status_code == 400


def test_a_translation_whose_page_is_gone_is_not_found(one_page_of_each: Pages) -> None:
    made = synced(one_page_of_each[CoursePage], "en")
    client = in_role(AUTHOR)
    urls = changing(made)
    made.get_target_instance().delete()
    for method, url, data in urls.values():
        assert getattr(client, method)(url, data if method == "post" else "").status_code == 404, url
    for name in ("preview_translation", "download_pofile"):
        assert client.get(reverse(f"wagtail_localize:{name}", args=[made.pk])).status_code == 404


def test_the_report_shows_pages_that_one_may_open_anyway(one_page_of_each: Pages) -> None:
    synced(one_page_of_each[CoursePage], "en")
    synced(one_page_of_each[StandardPage], "en") if in_language(one_page_of_each[StandardPage], "en") is None else None
    url = reverse("wagtail_localize:translations_report")
    assert is_refused(in_role(SUPPORT).get(url))
    assert [row.source.object_id for row in in_role(EDITOR).get(url).context["object_list"]] == []
    shown = in_role(AUTHOR).get(url).context["object_list"]
    assert {row.source.object_id for row in shown} == {one_page_of_each[CoursePage].translation_key}


def test_names_of_contributors_are_for_those_who_work_with_them(one_page_of_each: Pages) -> None:
    Contributor.objects.create(name="Nadie", slug="nadie", kind=Contributor.Kind.PERSON)
    url = reverse("wagtail_localize:snippets_api_listing", args=["knowledge", "contributor"])
    assert is_refused(in_role(SUPPORT).get(url))
    assert "Nadie" in in_role(REVIEWER).get(url).content.decode()


def test_a_page_of_the_library_is_handed_over_by_its_authors(one_page_of_each: Pages) -> None:
    """Whoever may add a page to the library of a language may begin one there from another language: a draft with its own review."""
    page = one_page_of_each[PublicationPage]
    assert submit(in_role(AUTHOR), page, "fr").status_code == 302
    made = in_language(page, "fr")
    assert (made.live, made.get_parent().specific_class) == (False, LibraryPage)
