"""Prepare what the code needs to run: translations, static files, database and, for the demo, its content.

Each step is skipped, or costs next to nothing, when its inputs have not changed. One process does all of them,
because starting Django costs more than most of the steps.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from scripts.compile_translations import compile_all
from scripts.locks import one_at_a_time

ROOT = Path(__file__).resolve().parent.parent


def step(label: str, work: Callable[[], str]) -> None:
    """Run one step and say in a line what it did and how long it took."""
    sys.stdout.write(f"{label} … ")
    sys.stdout.flush()
    began = time.monotonic()
    result = work()
    sys.stdout.write(f"{result} ({time.monotonic() - began:.1f} s)\n")
    sys.stdout.flush()


def translations() -> str:
    """Compile what has changed."""
    compiled = compile_all()
    return f"{compiled} compiled" if compiled else "up to date"


def static_fingerprint() -> str:
    """Return a hash of everything that collected static files are made of: our files, and the versions of the packages."""
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.txt", ROOT / "config" / "storage.py", *sorted((ROOT / "static").rglob("*"))]:
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def static_files() -> str:
    """Collect, hash and compress static files, unless they are those of the last time."""
    # Beside what it speaks of: whoever collects into another folder has another stamp.
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".fingerprint"
    fingerprint = static_fingerprint()

    def is_collected() -> bool:
        return stamp.exists() and stamp.read_text() == fingerprint

    if is_collected():
        return "up to date"
    # Two that collect into one folder take each other's files away while they write them.
    with one_at_a_time(root):
        if is_collected():
            return "collected by another process"
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)
        return "collected"


def database() -> str:
    """Apply what is missing of the migrations."""
    call_command("migrate", interactive=False, verbosity=0)
    return "migrated"


def demo_content() -> None:
    """Put the demo content in, and end with what one needs to walk in."""
    call_command("seed_demo")
    from accounts.demo import ACCOUNTS, PASSWORD

    sys.stdout.write(f"\nDemo accounts (sign in with a code from /demo/mail/, or with the password {PASSWORD}):\n")
    for account in ACCOUNTS:
        sys.stdout.write(f"  {account.email:<29}{account.purpose}\n")
    asked = "is asked of" if settings.STAFF_SECOND_FACTOR else "is not asked of"
    turn = (
        "without DEMO_SECOND_FACTOR it is not"
        if settings.STAFF_SECOND_FACTOR
        else "DEMO_SECOND_FACTOR=1 make demo: as on a real site it is"
    )
    sys.stdout.write(f"A second factor {asked} those who may enter /admin/ ({turn}).\n")


def main() -> None:
    """Run the steps that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="put the demo content in, too")
    parser.add_argument("--no-static", action="store_true", help="leave static files alone: the development server finds them itself")
    options = parser.parse_args()
    step("Translations", translations)
    django.setup()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    if not options.no_static:
        step("Static files", static_files)
    step("Database", database)
    if options.demo:
        demo_content()


if __name__ == "__main__":
    main()
