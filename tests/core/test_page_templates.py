"""A page that is drawn without the person: filled in for each, and never with what is another's."""

from __future__ import annotations

import threading

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from core.page_templates import Kept, PageTemplate, forget_all, mark


def drawn(template: str, **values: object) -> PageTemplate:
    return PageTemplate(Template(template).render(Context(values)))


def test_values_stand_where_their_marks_were() -> None:
    form = drawn('<p title="{{ one }}">{{ two }}, {{ one }}</p>', one=mark("one"), two=mark("two"))
    assert form.fill({"one": "1", "two": "2"}) == '<p title="1">2, 1</p>'
    assert form.fill({"one": "3", "two": "4"}) == '<p title="3">4, 3</p>', "the form itself is as it was"


def test_what_is_not_marked_as_safe_is_escaped() -> None:
    form = drawn('<p title="{{ one }}">{{ two }}</p>', one=mark("one"), two=mark("two"))
    filled = form.fill({"one": '"><script>alert(1)</script>', "two": mark_safe("<b>x</b>")})
    assert filled == '<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"><b>x</b></p>'


def test_a_mark_passes_through_the_tags_that_texts_pass_through() -> None:
    form = drawn("{% load i18n %}{% blocktranslate with x=one asvar said %}n: {{ x }}%{% endblocktranslate %}{{ said }}", one=mark("one"))
    assert form.fill({"one": "<7>"}) == "n: &lt;7&gt;%"


def test_a_text_that_looks_like_a_mark_is_a_text() -> None:
    assert drawn("{{ text }}", text="0123456789abcdef<one>").fill({}) == "0123456789abcdef&lt;one&gt;"
    form = drawn("{{ one }}{{ two }}", one=mark("one"), two=mark("two"))
    assert form.fill({"one": str(mark("two")), "two": "secret"}).count("secret") == 1, "a value is never filled in again"


def test_a_mark_without_a_value_is_an_error_and_no_gap() -> None:
    with pytest.raises(KeyError):
        drawn("{{ one }}", one=mark("one")).fill({})


def test_what_is_asked_for_most_lately_is_kept() -> None:
    kept: Kept[str] = Kept(most=2)
    made: list[str] = []

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [get(key) for key in ("a", "a", "b", "a", "c", "a", "b")] == ["A", "A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"], "the one not asked for longest went when the third came"


def test_the_heavy_push_out_more_and_the_heaviest_is_not_kept() -> None:
    kept: Kept[str] = Kept(most=10, weigh=len)
    for text in ("aaaa", "bbbb", "cc"):
        kept.get(text, lambda text=text: text)  # type: ignore[misc]
    kept.get("dddddd", lambda: "dddddd")
    assert list(kept._found) == ["cc", "dddddd"]
    assert kept.get("e", lambda: "e" * 11) == "e" * 11
    assert list(kept._found) == ["cc", "dddddd"]


def test_all_can_be_forgotten() -> None:
    one: Kept[str] = Kept(most=10, weigh=len)
    other: Kept[str] = Kept(most=10, weigh=len)
    for kept in (one, other):
        kept.get("a", lambda: "aaaaa")
    forget_all()
    for kept in (one, other):
        assert kept.get("b", lambda: "b" * 10) == "b" * 10
        assert list(kept._found) == ["b"], "and weighs nothing any more"


def test_many_threads_keep_no_more_than_they_may() -> None:
    kept: Kept[int] = Kept(most=8)

    def ask(start: int) -> None:
        for number in range(start, start + 500):
            assert kept.get(number % 40, lambda number=number: number % 40) == number % 40  # type: ignore[misc]

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept._found) == 8
