"""`python -m benchmarks.synthetic`: learners by the million, who do not exist; and `--remove` takes them out again."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from benchmarks.synthetic.courses import CourseUnknown, find_courses, make_course
from benchmarks.synthetic.load import SeedTaken, load_synthetic
from benchmarks.synthetic.people import DOMAIN, CoursePlan
from benchmarks.synthetic.remove import count_synthetic, remove_synthetic
from foundation.progress_bar import ProgressBar

MOST_LEARNERS, MOST_STEPS, MOST_SEED = 50_000_000, 5_000, 2**31 - 1


def _whole(least: int, most: int) -> Any:
    def read(text: str) -> int:
        try:
            number = int(text.replace("_", "").replace(",", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not between {least:,} and {most:,}")
        return number

    return read


class Command(BaseCommand):
    """Load synthetic learners, so that anyone can repeat the figures of docs/scale.md; or remove them."""

    help = (
        f"Add learners at @{DOMAIN} with enrolments, progress, attempts and certificates (COPY on PostgreSQL), or take them out again. "
        "The same seed gives the same people. They cannot sign in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--learners", type=_whole(1, MOST_LEARNERS), metavar="N", help="how many to add")
        what.add_argument("--remove", action="store_true", help="take out all synthetic learners, and nobody else")
        parser.add_argument("--seed", type=_whole(0, MOST_SEED), default=1, metavar="S", help="another seed adds others (default 1)")
        parser.add_argument(
            "--course", action="append", default=[], metavar="SLUG_OR_KEY", help="may be repeated; default: every published course"
        )
        parser.add_argument(
            "--steps",
            action="append",
            default=[],
            type=_whole(1, MOST_STEPS),
            metavar="N",
            help="make a course of so many steps (slug synthetic-N), or take the one made before; may be repeated",
        )
        parser.add_argument("--yes-really", action="store_true", help="on a production site, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["yes_really"]:
            raise CommandError(
                "This is a production site: invented people among real ones change its figures, lists and certificates, and cannot be told "
                f"from them in any count. Use a copy of the site, or say --yes-really. (--remove takes out everyone at @{DOMAIN}.)"
            )
        if options["remove"]:
            self._remove()
        else:
            self._load(options)

    def _load(self, options: dict[str, Any]) -> None:
        plans = self._plans(options["course"], options["steps"])
        titles = ", ".join(plan.document.title("es") for plan in plans[:5]) + (", …" if len(plans) > 5 else "")
        self.stdout.write(f"{options['learners']:,} learner(s), seed {options['seed']}, in {len(plans)} course(s): {titles}")
        if len(plans) == 1:
            self.stdout.write("There is one course, so each has one enrolment and not two.")
        began, progress = time.monotonic(), ProgressBar(options["learners"], "learners", self.stdout)
        try:
            loaded = load_synthetic(plans=plans, learners=options["learners"], seed=options["seed"], tell=progress.step)
        except SeedTaken:
            raise CommandError(
                f"The learners of seed {options['seed']} are here already: give another --seed, or take all out with --remove."
            ) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What was loaded is whole; --remove takes it out.") from None
        self.stdout.write(
            f"Loaded {loaded.learners:,} learner(s), {loaded.enrolments:,} enrolment(s) with {loaded.completions:,} step(s) done, "
            f"{loaded.attempts:,} attempt(s) and {loaded.credentials:,} certificate(s) "
            f"in {time.monotonic() - began:.0f} s; {_peak():.0f} MB of memory at most."
        )

    def _plans(self, courses: list[str], steps: list[int]) -> list[CoursePlan]:
        """Return the courses asked for.

        Raises:
            CommandError: one is unknown, or there is none.
        """
        try:
            made = [make_course(length) for length in dict.fromkeys(steps)]
            plans = made + (find_courses(courses) if courses or not made else [])
        except CourseUnknown as unknown:
            raise CommandError(str(unknown)) from None
        if not plans:
            raise CommandError("This site has no published course with a structure: say --steps N to make one of N steps.")
        return list({plan.course_key: plan for plan in plans}.values())

    def _remove(self) -> None:
        there = count_synthetic()
        began, progress = time.monotonic(), ProgressBar(there, "learners", self.stdout)
        removed = remove_synthetic(tell=progress.step)
        self.stdout.write(
            f"Took out {removed:,} synthetic learner(s) with their record in {time.monotonic() - began:.0f} s; "
            f"{_peak():.0f} MB of memory at most. Courses made for them stay: delete them in the admin."
        )


def _peak() -> float:
    """Return the most memory that this process has had, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024)
