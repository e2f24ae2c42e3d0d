"""Read rows of data pasted from a spreadsheet, or from a CSV file. Pure.

The first line heads the columns; tabs, semicolons or commas part them. What could be read in two ways is refused, never guessed:
"1,234" is twelve hundred in English and one and a bit in Spanish.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

MOST_ROWS = 500
MOST_COLUMNS = 12
# Below the csv module's own limit for one cell, whatever the text is made of.
MOST_CHARACTERS = 120_000
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# "1,234": what stands in front decides nothing about what stands behind.
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
# Thousands in groups of three, parted by one sign throughout, which is never that of the decimals.
GROUPED = re.compile(r"([+-]?)([0-9]{1,3}(?:([ '.,])[0-9]{3})(?:\3[0-9]{3})*)(?:(?!\3)[.,]([0-9]+))?")


class DataMalformed(ValueError):
    """The text is no table; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A header and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Return the table as it would be pasted: tabs and lines. What this gives, `parse` reads back."""
        out = io.StringIO()
        csv.writer(out, delimiter="\t", lineterminator="\n").writerows((self.header, *self.rows))
        return out.getvalue().removesuffix("\n")


def parse(text: str) -> DataTable:
    """Read a table.

    Raises:
        DataMalformed: no rows, rows of another length than the header, too much, or a formula.
    """
    if len(text) > MOST_CHARACTERS:
        raise _too_much()
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    rows = [row for row in _cells(lines) if any(row)]
    if len(rows) < 2:
        raise DataMalformed(_("There are no rows. Paste a line of column names and at least one row below it."))
    header, body = rows[0], rows[1:]
    _check_size(header, body)
    for number, row in enumerate(body, start=1):
        if len(row) != len(header):
            raise DataMalformed(
                _("Row %(row)d has %(found)d cells, and the first line has %(wanted)d.")
                % {"row": number, "found": len(row), "wanted": len(header)}
            )
        for cell in row:
            if begins_formula(cell):
                raise DataMalformed(
                    _("Row %(row)d holds a formula (“%(cell)s”). Paste the values only.") % {"row": number, "cell": cell[:40]}
                )
    return DataTable(header, tuple(body))


def _cells(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Part lines into cells. Quotation marks hold a cell together where they do so throughout; otherwise they are text."""
    try:
        return _read(lines, csv.QUOTE_MINIMAL)
    except csv.Error:
        return _read(lines, csv.QUOTE_NONE)


def _read(lines: Sequence[str], quoting: Literal[0, 3]) -> list[tuple[str, ...]]:
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=_delimiter(lines), quoting=quoting, strict=True)
    return [tuple(tidy(cell) for cell in row) for row in reader]


def tidy(cell: str) -> str:
    """Return a cell on one line: a line break or a tab in it would part it in two."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", cell).strip()


def begins_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute the cell. A number with its sign is none, and neither is a lone dash for "no data"."""
    return cell.startswith(FORMULA) and cell not in {"-", "－"} and not NUMBER.fullmatch(plain_number(cell))


def _delimiter(lines: Sequence[str]) -> str:
    return next((sign for sign in ("\t", ";") if sign in "".join(lines[:1])), ",")


def _check_size(header: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    if len(header) < 2:
        raise DataMalformed(_("There is only one column. Part the columns with tabs (as a spreadsheet does), semicolons or commas."))
    if len(header) > MOST_COLUMNS or len(body) > MOST_ROWS:
        raise _too_much()
    if not all(header):
        raise DataMalformed(_("Every column needs a name in the first line."))
    if len(set(header)) < len(header):
        raise DataMalformed(_("Two columns have the same name in the first line. Give each one its own."))


def _too_much() -> DataMalformed:
    return DataMalformed(
        _("That is too much for a page: at most %(columns)d columns and %(rows)d rows.") % {"columns": MOST_COLUMNS, "rows": MOST_ROWS}
    )


def _bare(cell: str) -> str:
    """Return a number as typed without its per cent sign, with a plain minus, plain spaces and plain apostrophes."""
    text = cell.replace("−", "-").replace("’", "'").strip().removesuffix("%").strip()
    return re.sub(r"^([+-]) ", r"\1", re.sub(r"[\u00a0\u2009\u202f]", " ", text))


def plain_number(cell: str) -> str:
    """Return a number as typed with a point for the decimals and nothing between thousands; other text as it is.

    One point or comma is taken for that of the decimals; `number` refuses it where it could be the other thing.
    """
    text = _bare(cell)
    if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", text):
        return text.replace(",", ".")
    grouped = GROUPED.fullmatch(text)
    if grouped is None:
        return text
    sign, whole, between, decimals = grouped.groups()
    return f"{sign}{whole.replace(between, '')}" + (f".{decimals}" if decimals else "")


def number(cell: str) -> float | None:
    """Read a cell as a number; None for an empty one.

    Raises:
        DataMalformed: it is no number, or could be two different ones.
    """
    if not cell:
        return None
    bare = _bare(cell)
    if AMBIGUOUS.fullmatch(bare):
        whole = re.sub(r"[.,]", "", bare)
        raise DataMalformed(
            _("“%(cell)s” can be read in two ways. Write %(whole)s, or %(decimal)s0 if these are decimals.")
            % {"cell": cell, "whole": whole, "decimal": bare.replace(",", ".")}
        )
    text = plain_number(cell)
    if not NUMBER.fullmatch(text) or len(text) > 20:
        raise DataMalformed(_("“%(cell)s” is not a number.") % {"cell": cell[:40]})
    return float(text)


def numbers(table: DataTable) -> list[list[float | None]]:
    """Read every column but the first as numbers.

    Raises:
        DataMalformed: a cell is no number, or a column holds none at all.
    """
    found = []
    for position, row in enumerate(table.rows, start=1):
        values = []
        for name, cell in zip(table.header[1:], row[1:], strict=True):
            try:
                values.append(number(cell))
            except DataMalformed as error:
                raise DataMalformed(
                    _("Row %(row)d, column “%(column)s”: %(problem)s") % {"row": position, "column": name, "problem": error}
                ) from error
        found.append(values)
    for column, name in enumerate(table.header[1:]):
        if all(row[column] is None for row in found):
            raise DataMalformed(_("The column “%(column)s” holds no number.") % {"column": name})
    return found


def as_csv(table: DataTable) -> str:
    """Return the table as CSV that no spreadsheet takes for formulas, with a byte order mark so that accents survive Excel."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (table.header, *table.rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def safe_cell(cell: str) -> str:
    """Return a cell that is shown as it is: what would begin a formula is marked as text, numbers stay numbers."""
    return f"'{cell}" if begins_formula(cell) else cell
