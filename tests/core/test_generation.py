"""The content generation rises with the commit that changes content, for everyone, and a page is rendered once for all who wait."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from wagtail.signals import page_published, page_unpublished

from core import pagecache, views
from core.access import Rule
from core.generation import add_up, content_changed, current
from core.models import ContentChange, ContentGeneration, StandardPage
from core.pagecache import CachedPage, render_once
from core.site import ensure_site
from courses.models import CoursePage, CourseRun
from tests.factories import make_course

pytestmark = pytest.mark.database


def entry(text: str = "page") -> CachedPage:
    return CachedPage.of(text.encode() * 500, "text/html", Rule("open"))


# When it rises


@pytest.mark.django_db
def test_it_rises_with_the_change_itself_and_not_after_it() -> None:
    """A process that is killed right after its commit has told everyone: nothing runs here after the commit."""
    before = current()
    with transaction.atomic():
        content_changed()
        assert current() == before + 1
    assert current() == before + 1


@pytest.mark.django_db(transaction=True)
def test_publishing_raises_it_in_the_transaction_that_saves_the_page() -> None:
    """Whatever stops the process after the page was saved, and before Wagtail says that it was published."""
    page = ensure_site().add_child(instance=StandardPage(title="About", slug="about", lead="Us."))

    def stop(sender: Any, instance: Any, **kwargs: Any) -> None:
        if isinstance(instance, StandardPage):
            raise KeyboardInterrupt

    revision = page.save_revision()
    for act in (lambda: revision.publish(), lambda: StandardPage.objects.get(pk=page.pk).unpublish()):
        before = current()
        for signal in (page_published, page_unpublished):
            # Before ours: it is connected later, and receivers are asked in turn.
            signal.receivers.insert(0, ((id(stop), id(None)), stop, False))
        try:
            with pytest.raises(KeyboardInterrupt):
                act()
        finally:
            for signal in (page_published, page_unpublished):
                signal.receivers.pop(0)
        assert current() > before


@pytest.mark.django_db
def test_a_draft_does_not_raise_it() -> None:
    page = ensure_site().add_child(instance=StandardPage(title="About", slug="about", lead="Us."))
    before = current()
    page.title = "Not yet"
    page.save_revision()
    assert current() == before
    draft = StandardPage(title="Draft", slug="draft", lead="Us.", live=False)
    ensure_site().add_child(instance=draft)
    draft.save_revision()
    assert current() == before


@pytest.mark.django_db
def test_it_does_not_rise_for_what_was_rolled_back() -> None:
    before = current()
    with transaction.atomic():
        content_changed()
        transaction.set_rollback(True)
    assert current() == before


@pytest.mark.django_db
def test_adding_up_leaves_the_number_as_it_is() -> None:
    before = current()
    for _change in range(3):
        content_changed()
    add_up()
    add_up()
    assert (current(), ContentChange.objects.count()) == (before + 3, 0)
    content_changed()
    assert current() == before + 4
    ContentGeneration.objects.all().delete()
    add_up()
    assert current() == 1


@pytest.mark.django_db
def test_changes_are_added_up_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        content_changed()
    assert not ContentChange.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("concurrency")
def test_many_who_publish_at_once_are_each_counted_once_and_wait_for_nobody() -> None:
    before, seen, over = current(), [], threading.Event()

    def publish(_number: int) -> None:
        with transaction.atomic():
            content_changed()
        connections.close_all()

    def watch() -> None:
        while not over.is_set():
            seen.append(current())
        connections.close_all()

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(publish, range(80)))
    over.set()
    watcher.join()
    assert current() == before + 80
    assert seen == sorted(seen), "it never falls, not for a moment"
    with transaction.atomic():
        content_changed()
        # Somebody else publishes while this one is not finished.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(publish, 0).result(timeout=10)
    assert current() == before + 82


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("concurrency")
def test_a_kept_connection_that_has_died_is_replaced(client: Client) -> None:
    """As after a restart of PostgreSQL: the reader of a page notices nothing."""
    ensure_site()
    assert client.get("/es/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = cursor.fetchone()[0]

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(end).result(timeout=10)
    assert client.get("/es/").status_code == 200


# Rendered once


@pytest.fixture
def key() -> Iterator[str]:
    name = f"page:test:{uuid.uuid4()}"
    yield name
    cache.delete_many([name, f"{name}:lease"])


def ask_at_once(number: int, ask: Callable[[], CachedPage]) -> list[Any]:
    gate = threading.Barrier(number, timeout=20)

    def run(_number: int) -> Any:
        gate.wait()
        try:
            return ask()
        except RuntimeError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_whoever_asks_at_the_same_time_waits_for_one_rendering(key: str) -> None:
    rendered = []

    def render() -> tuple[CachedPage, None]:
        rendered.append(1)
        time.sleep(0.1)
        return entry(), None

    answers = ask_at_once(16, lambda: render_once(key, render))
    assert len(rendered) == 1
    assert {answer.etag for answer in answers} == {entry().etag}


def test_a_rendering_that_fails_holds_up_nobody(key: str) -> None:
    tries = []

    def render() -> tuple[CachedPage, None]:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError
        return entry(), None

    answers = ask_at_once(4, lambda: render_once(key, render))
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 1
    assert len(tries) == 2


def test_who_was_killed_while_rendering_holds_up_nobody_for_long(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "LEASE_SECONDS", 0.2)
    cache.add(f"{key}:lease", 1, 60)
    assert render_once(key, lambda: (entry(), None)).etag == entry().etag


@pytest.mark.parametrize("backend", ["django.core.cache.backends.dummy.DummyCache", "tests.core.test_generation.NothingKept"])
def test_a_cache_that_keeps_nothing_costs_a_rendering_and_no_wait(backend: str, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    from django.utils.module_loading import import_string

    monkeypatch.setattr(pagecache, "cache", import_string(backend)("", {}))
    monkeypatch.setattr(pagecache, "sleep", lambda seconds: pytest.fail("waited"))
    for _time in range(2):
        assert render_once(key, lambda: (entry(), None)).etag == entry().etag


class NothingKept:
    """A cache server that is away: nothing can be added, and nothing is found."""

    def __init__(self, *args: Any) -> None: ...

    def get(self, key: str) -> None:
        return None

    def add(self, key: str, value: Any, seconds: float) -> bool:
        return False

    def set(self, key: str, value: Any, seconds: float) -> None: ...

    def delete(self, key: str) -> None: ...


# Until when


@pytest.fixture
def course(db: None) -> CoursePage:
    cache.clear()
    return make_course()


def run_of(course: CoursePage, **dates: datetime | None) -> None:
    CourseRun.objects.filter(course_key=course.key).update(**dates)


def test_a_course_ends_being_kept_at_the_next_date_of_its_run(course: CoursePage) -> None:
    now = timezone.now()
    assert course.next_moment(now) is None
    opens, closes = now + timedelta(hours=1), now + timedelta(days=3)
    run_of(course, opens_at=opens, closes_at=closes)
    assert course.next_moment(now) == opens
    assert course.next_moment(now + timedelta(hours=2)) == closes
    assert course.next_moment(now + timedelta(days=4)) is None
    course.expire_at = now + timedelta(minutes=5)
    assert course.next_moment(now) == course.expire_at
    assert StandardPage(expire_at=course.expire_at).next_moment(now) == course.expire_at
    assert StandardPage(expire_at=now - timedelta(seconds=1)).next_moment(now) is None


def test_a_course_that_opens_says_so_from_that_moment_without_a_publish(course: CoursePage, client: Client, monkeypatch: Any) -> None:
    """Nobody saves anything when a run opens: the entry must have ended by itself."""
    kept: list[float] = []
    put = cache.set

    def watched(key: str, value: Any, seconds: float | None = None, **more: Any) -> None:
        if isinstance(value, CachedPage):
            kept.append(seconds or 0)
        put(key, value, seconds, **more)

    monkeypatch.setattr(cache, "set", watched)
    run_of(course, opens_at=timezone.now() + timedelta(minutes=10))
    page = client.get(course.get_url(), HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert "Abre el" in page
    assert 0 < max(kept) <= 600
    run_of(course, opens_at=timezone.now() - timedelta(seconds=1), closes_at=timezone.now() + timedelta(days=1))
    cache.clear()
    assert "hasta el" in client.get(course.get_url()).content.decode()
    run_of(course, opens_at=None, closes_at=timezone.now() - timedelta(seconds=1))
    cache.clear()
    assert "Cerrado el" in client.get(course.get_url()).content.decode()


def test_what_happens_while_a_page_is_drawn_does_not_keep_the_old_one(course: CoursePage, client: Client, monkeypatch: Any) -> None:
    """The run opens after the page was drawn and before it is kept."""
    began = timezone.now()
    run_of(course, opens_at=began + timedelta(minutes=1))
    with time_machine.travel(began, tick=False) as clock:
        draw = views._render

        def slowly(page: Any, request: Any) -> CachedPage:
            drawn = draw(page, request)
            clock.shift(timedelta(minutes=2))
            return drawn

        monkeypatch.setattr(views, "_render", slowly)
        assert "Abre el" in client.get(course.get_url()).content.decode()
        monkeypatch.setattr(views, "_render", draw)
        assert "Abre el" not in client.get(course.get_url()).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_number_is_another_from_the_moment_at_which_a_page_expires(django_assert_num_queries: Any) -> None:
    page, now = make_course(), timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        page.expire_at = now + timedelta(minutes=5)
        page.save_revision().publish()
        with django_assert_num_queries(2):
            before = current()
        with django_assert_num_queries(1):
            assert current() == before, "when pages expire is read once for each number"
        clock.move_to(now + timedelta(minutes=5) - timedelta(milliseconds=1))
        assert current() == before
        clock.move_to(now + timedelta(minutes=5))
        with django_assert_num_queries(1):
            expired = current()
        assert expired > before
        with transaction.atomic(), django_assert_num_queries(1):
            assert current() == expired, "and it is the same inside a transaction"
        page.refresh_from_db()
        page.expire_at = None
        page.save_revision().publish()
        assert current() not in {before, expired}


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_moment_behind() -> None:
    page, now = make_course(), timezone.now()
    before = current()
    with transaction.atomic():
        type(page).objects.filter(pk=page.pk).update(expire_at=now - timedelta(minutes=1))
        content_changed()
        current()
        transaction.set_rollback(True)
    content_changed()
    assert current() == before + 1
