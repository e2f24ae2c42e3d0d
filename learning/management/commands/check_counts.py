"""`manage.py check_counts`: prove that the counts of reports are what the record says, and `--mend` them."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from learning.services.check_counts import AlreadyMended, WrongCount, check_counts, mend_counts

MOST_SHOWN = 50


class Command(BaseCommand):
    """Compare every count of steps with the bits of everyone in the record."""

    help = (
        "Compare the counts that reports read with the record itself, in one snapshot, while people go on learning. "
        "Ends with status 1 when a count is wrong and --mend was not given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="bring wrong counts back to what the record says")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        compared = check_counts()
        self.stdout.write(
            f"Compared {compared.slots:,} count(s) with {compared.enrolments:,} enrolment(s) in {time.monotonic() - began:.1f} s: "
            f"{len(compared.drift):,} wrong."
        )
        self._show(compared.drift)
        if not compared.drift:
            return
        if not options["mend"]:
            raise CommandError("Counts are wrong: --mend brings them back to what the record says. Reports are wrong until then.")
        try:
            mend_counts(compared=compared)
        except AlreadyMended:
            raise CommandError("Somebody else has mended them meanwhile; nothing was changed. Run it again to be sure.") from None
        self.stdout.write(f"Mended {len(compared.drift):,} count(s).")

    def _show(self, drift: tuple[WrongCount, ...]) -> None:
        for found in drift[:MOST_SHOWN]:
            self.stdout.write(f"  run {found.run_id}, slot {found.slot}: counted {found.counted:,}, in the record {found.true:,}")
        if len(drift) > MOST_SHOWN:
            self.stdout.write(f"  … and {len(drift) - MOST_SHOWN:,} more")
