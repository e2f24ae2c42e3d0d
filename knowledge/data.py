"""Rows of data as people have them: pasted from a spreadsheet, or from a CSV file. Pure.

The first line heads the columns; tabs, semicolons or commas part them. What could be read in two ways is refused, never guessed:
"1,234" is twelve hundred in English and one and a bit in Spanish.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_ROWS = 500
MOST_COLUMNS = 12
# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
AMBIGUOUS = re.compile(r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$")


class DataMalformed(ValueError):
    """The text is no table; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """A header and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Return the table as it would be pasted: tabs and lines."""
        return "\n".join("\t".join(line) for line in (self.header, *self.rows))


def parse(text: str) -> DataTable:
    """Read a table.

    Raises:
        DataMalformed: no rows, rows of another length than the header, too much, or a formula.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) < 2:
        raise DataMalformed(_("There are no rows. Paste a line of column names and at least one row below it."))
    rows = [tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=_delimiter(lines[0]))]
    header, body = rows[0], rows[1:]
    _check_size(header, body)
    for number, row in enumerate(body, start=1):
        if len(row) != len(header):
            raise DataMalformed(
                _("Row %(row)d has %(found)d cells, and the first line has %(wanted)d.")
                % {"row": number, "found": len(row), "wanted": len(header)}
            )
        for cell in row:
            if cell.startswith(FORMULA[:1]) or (cell.startswith(FORMULA) and not NUMBER.match(plain_number(cell))):
                raise DataMalformed(
                    _("Row %(row)d holds a formula (“%(cell)s”). Paste the values only.") % {"row": number, "cell": cell[:40]}
                )
    return DataTable(header, tuple(body))


def _delimiter(line: str) -> str:
    return next((sign for sign in ("\t", ";") if sign in line), ",")


def _check_size(header: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    if len(header) < 2:
        raise DataMalformed(_("There is only one column. Part the columns with tabs (as a spreadsheet does), semicolons or commas."))
    if len(header) > MOST_COLUMNS or len(body) > MOST_ROWS:
        raise DataMalformed(
            _("That is too much for a page: at most %(columns)d columns and %(rows)d rows.") % {"columns": MOST_COLUMNS, "rows": MOST_ROWS}
        )
    if not all(header):
        raise DataMalformed(_("Every column needs a name in the first line."))


def plain_number(cell: str) -> str:
    """Return a number as typed with a point for the decimals and nothing between thousands; other text as it is."""
    text = re.sub(r"[\s\u00a0\u202f']", "", cell).replace("−", "-").removesuffix("%")
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    if text.count(",") == 1:
        return text.replace(",", ".")
    return text.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text) else text


def number(cell: str) -> float | None:
    """Read a cell as a number; None for an empty one.

    Raises:
        DataMalformed: it is no number, or could be two different ones.
    """
    if not cell:
        return None
    bare = cell.removesuffix("%").strip()
    if AMBIGUOUS.match(bare):
        whole = re.sub(r"[.,]", "", bare)
        raise DataMalformed(
            _("“%(cell)s” can be read in two ways. Write %(whole)s, or %(decimal)s0 if these are decimals.")
            % {"cell": cell, "whole": whole, "decimal": bare.replace(",", ".")}
        )
    text = plain_number(cell)
    if not NUMBER.match(text) or len(text) > 20:
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
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.match(plain_number(cell)) else cell
