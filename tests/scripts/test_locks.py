"""What several processes prepare at once is prepared once, and whole."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as site

from scripts import compile_translations, prepare
from scripts.locks import one_at_a_time


def test_the_lock_ends_with_the_process_that_holds_it(tmp_path: Path) -> None:
    program = (
        "import time; from pathlib import Path; from scripts.locks import one_at_a_time\n"
        f"with one_at_a_time(Path({str(tmp_path)!r})):\n    print('mine', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=site.BASE_DIR, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        other.kill()
        other.wait()
        with one_at_a_time(tmp_path):
            pass


class SlowWork:
    """Work that takes a moment, and counts how often it is done and how many do it at once."""

    def __init__(self) -> None:
        self.done = self.now = self.most = 0

    def __call__(self, *arguments: object, **options: object) -> None:
        self.done += 1
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.05)
        self.now -= 1


def test_static_files_are_collected_once_by_two_that_begin_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    collect = SlowWork()
    monkeypatch.setattr(settings, "STATIC_ROOT", str(tmp_path / "static"))
    monkeypatch.setattr(prepare, "call_command", collect)
    with ThreadPoolExecutor(2) as pool:
        said = [running.result() for running in [pool.submit(prepare.static_files) for _ in range(2)]]
    assert sorted(said) == ["collected", "collected by another process"]
    assert (collect.done, collect.most) == (1, 1)
    assert prepare.static_files() == "up to date"


def test_translations_are_compiled_once_by_two_that_begin_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Course"\nmsgstr "Curso"\n', encoding="utf-8")
    pause = SlowWork()
    compile_file = compile_translations.compile_file

    def compile_slowly(po: Path) -> None:
        pause()
        compile_file(po)

    monkeypatch.setattr(compile_translations, "LOCALE_DIR", tmp_path)
    monkeypatch.setattr(compile_translations, "compile_file", compile_slowly)
    with ThreadPoolExecutor(2) as pool:
        compiled = [running.result() for running in [pool.submit(compile_translations.compile_all) for _ in range(2)]]
    assert sorted(compiled) == [0, 1]
    assert pause.done == 1
    assert b"Curso" in source.with_suffix(".mo").read_bytes()
