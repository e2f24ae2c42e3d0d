"""Write CSV and XLSX row by row, so that no spreadsheet takes a name for a formula (OWASP, "CSV Injection")."""

from __future__ import annotations

import csv
import io
import re
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from types import TracebackType
from typing import IO, Any, Self

import xlsxwriter

from administration.models import RecordExport

# What begins a formula, also in full width, and whatever else makes a spreadsheet begin a new cell or look again. It counts
# at the beginning, and behind anything that some country's spreadsheet takes for the end of a cell.
_FORMULA = re.compile(r"(^|[\t\r\n;,|\"])(\s*)([=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫])")
SHEET_ROWS = 1_048_576


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows and never calculates: with an apostrophe before what would begin a formula."""
    return _FORMULA.sub(r"\1'\2\3", text)


def plain_value(value: Any) -> str | int:
    """Return a value as it is written: whole numbers as they are, dates as ISO 8601 in UTC, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)


class Writer(AbstractContextManager["Writer"]):
    """Writes rows to an open file. `workshop` is a folder for its temporary files."""

    def __init__(self, file: IO[bytes], workshop: str) -> None:
        self.file, self.workshop = file, workshop

    def write(self, values: list[Any]) -> None:
        """Write one row."""
        raise NotImplementedError


class CsvWriter(Writer):
    """UTF-8 with a byte order mark, without which Excel opens accents wrongly; every text in quotation marks."""

    def __enter__(self) -> Self:
        self.text = io.TextIOWrapper(self.file, encoding="utf-8-sig", newline="", write_through=False)
        self.rows = csv.writer(self.text, quoting=csv.QUOTE_NONNUMERIC)
        return self

    def write(self, values: list[Any]) -> None:
        self.rows.writerow([harmless(value) if isinstance(value, str) else value for value in map(plain_value, values)])

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.text.flush()
        self.text.detach()


class XlsxWriter(Writer):
    """A workbook in constant memory. Texts are written as texts: a cell of text is never calculated, whatever it begins with."""

    def __enter__(self) -> Self:
        options = {
            "constant_memory": True,
            "tmpdir": self.workshop,
            "in_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(self.file, options)
        self.sheet, self.row = self.book.add_worksheet(), 0
        self.first: list[Any] = []
        return self

    def write(self, values: list[Any]) -> None:
        if self.row == SHEET_ROWS:
            # As much as a sheet holds: go on in another, under the same headings.
            self.sheet, self.row = self.book.add_worksheet(), 0
            self.write(self.first)
        self.first = self.first or values
        for column, value in enumerate(map(plain_value, values)):
            if isinstance(value, int):
                self.sheet.write_number(self.row, column, value)
            elif value:
                self.sheet.write_string(self.row, column, value)
        self.row += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.book.close()


WRITERS: dict[RecordExport.Format, type[Writer]] = {RecordExport.Format.CSV: CsvWriter, RecordExport.Format.XLSX: XlsxWriter}
