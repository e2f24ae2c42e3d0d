"""Pasted rows: what spreadsheets, CSV files and people give is read as it was meant, or refused in words; never guessed."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import data
from knowledge.data import DataMalformed, DataTable, as_csv, number, numbers, parse, safe_cell

TWO_ROWS = DataTable(("País", "2024"), (("Perú", "1,5"), ("Chile", "2")))

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    "text",
    [
        "País\t2024\nPerú\t1,5\nChile\t2",
        "País;2024\nPerú;1,5\nChile;2",
        'País,2024\nPerú,"1,5"\nChile,2',
        "País\t2024\r\nPerú\t1,5\r\nChile\t2\r\n",
        "País\t2024\rPerú\t1,5\rChile\t2",
        "\n\nPaís\t2024\n   \nPerú\t1,5\n\t\nChile\t2\n\n",
        "País;2024\nPerú;1,5\n;\nChile;2\n;",
        " País \t 2024 \n Perú \t 1,5\nChile\t2 ",
        '"País"\t"2024"\n"Perú"\t"1,5"\n"Chile"\t"2"',
    ],
    ids=["tabs", "semicolons", "commas", "CRLF", "CR", "blank lines", "empty rows", "spaces", "quoted"],
)
def test_rows_come_as_spreadsheets_and_files_give_them(text: str) -> None:
    assert parse(text) == TWO_ROWS


def test_tabs_win_over_semicolons_and_semicolons_over_commas() -> None:
    assert parse("a;b\tc,d\n1;2\t3,4").rows == (("1;2", "3,4"),)
    assert parse("a,b;c\n1,2;3").rows == (("1,2", "3"),)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ('"Perú; Lima"\t1', ("Perú; Lima", "1")),
        ('"He said ""no"""\t1', ('He said "no"', "1")),
        ('Pipe of 5"\t1', ('Pipe of 5"', "1")),
        ('"Venecos" is a word\t1', ('"Venecos" is a word', "1")),
        ('"left open\t1', ('"left open', "1")),
        ('"two\nlines"\t1', ("two lines", "1")),
        ('"a tab\tinside"\t1', ("a tab inside", "1")),
    ],
)
def test_quotation_marks_hold_a_cell_together_or_are_just_quotation_marks(cells: str, read: tuple[str, str]) -> None:
    assert parse(f"What\tHow many\n{cells}").rows == (read,)


@pytest.mark.parametrize("text", ["", "   \n\n", "País\t2024", "País\t2024\n\t\n", "País;2024\n;\n"])
def test_a_header_alone_is_no_table(text: str) -> None:
    with pytest.raises(DataMalformed, match="no rows"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\tb\n1\t2\t3", "Row 1 has 3 cells, and the first line has 2"),
        ("a\tb\tc\n1\t2\t3\n1\t2", "Row 2 has 2 cells, and the first line has 3"),
        ("País\nPerú\nChile", "only one column"),
        ("a\t\tc\n1\t2\t3", "Every column needs a name"),
        ("\tb\nx\t1", "Every column needs a name"),
        ("Año\t2024\t2024\nx\t1\t2", "Two columns have the same name"),
    ],
)
def test_what_is_no_table_is_refused_with_the_row_and_the_reason(text: str, says: str) -> None:
    with pytest.raises(DataMalformed, match=says):
        parse(text)


def test_the_last_cell_of_a_row_may_be_empty() -> None:
    assert parse("a\tb\nx\t\ny\t1").rows == (("x", ""), ("y", "1"))


def test_a_page_has_room_for_500_rows_of_12_columns() -> None:
    line = "\t".join(str(number) for number in range(data.MOST_COLUMNS))
    assert len(parse("\n".join([line] * (data.MOST_ROWS + 1))).rows) == 500
    for text in ("\n".join([line] * (data.MOST_ROWS + 2)), f"{line}\tx\n{line}\tx"):
        with pytest.raises(DataMalformed, match="at most 12 columns and 500 rows"):
            parse(text)


@pytest.mark.parametrize("text", ["a\tb\n" + "x" * 200_000 + "\t1", "a\tb\n" * 2_500_000, '"' * 300_000], ids=["cell", "10 MB", "quotes"])
def test_too_much_text_is_refused_before_it_is_read(text: str) -> None:
    with pytest.raises(DataMalformed, match="too much"):
        parse(text)


@pytest.mark.parametrize(
    "cell", ["=1+1", "=HYPERLINK(1)", "＝1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "＋1+1", "－1a", "＠x", "=", "=5", "==1"]
)
def test_formulas_are_refused_also_in_full_width(cell: str) -> None:
    with pytest.raises(DataMalformed, match="Row 1 holds a formula"):
        parse(f"a\tb\n{cell}\t1")
    with pytest.raises(DataMalformed, match="Row 1 holds a formula"):
        parse(f"a\tb\nx\t  {cell}")


@pytest.mark.parametrize("cell", ["-5", "−5", "+5", "-1,5 %", "+ 3", "-1 234,5", "-", "–", "5-10", "a=b", "me@example.org", "50 %"])
def test_signs_and_dashes_are_no_formulas(cell: str) -> None:
    assert parse(f"a\tb\nx\t{cell}").rows[0][1] == cell


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", None),
        ("0", 0.0),
        ("1234", 1234.0),
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("53,61", 53.61),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("1,2340", 1.234),
        ("1234,567", 1234.567),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("1.234.567,89", 1234567.89),
        ("1 234", 1234.0),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234\u202f567", 1234567.0),
        ("1'234.50", 1234.5),
        ("1’234", 1234.0),
        ("12,5 %", 12.5),
        ("12%", 12.0),
        ("-3", -3.0),
        ("−3,5", -3.5),
        ("- 3", -3.0),
        ("+7", 7.0),
        ("−1 234 %", -1234.0),
    ],
)
def test_numbers_are_read_as_people_of_the_region_and_of_the_world_write_them(cell: str, value: float | None) -> None:
    assert number(cell) == value


@pytest.mark.parametrize("cell", ["1,234", "1.234", "12.345", "-1,234", "−1,234", "+999,999", "1,234 %", "− 1.234"])
def test_what_could_be_two_numbers_is_refused_with_both(cell: str) -> None:
    with pytest.raises(DataMalformed, match="can be read in two ways") as refused:
        number(cell)
    whole, decimal = cell.translate({44: None, 46: None}), cell.replace(",", ".")
    digits = "".join(sign for sign in whole if sign.isdigit())
    assert digits in str(refused.value)
    assert "".join(sign for sign in decimal if sign.isdigit() or sign == ".") + "0" in str(refused.value)
    for offered in (digits, "".join(sign for sign in decimal if sign.isdigit() or sign == ".") + "0"):
        number(offered)


@pytest.mark.parametrize(
    "cell",
    ["n/a", "-", "x5", "5x", "USD 5", "1e5", "1.5,000", "1.2.3", "1,2,3", "12 34", "2020 2021", "1.234,567.8", "1,23,456", "１２", "٣",
     "1" * 21, "inf", "nan", "5..", "1,234,56", "1''234"],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_never_guessed(cell: str) -> None:
    with pytest.raises(DataMalformed, match="is not a number"):
        number(cell)


def test_numbers_name_the_row_and_the_column_of_what_is_wrong() -> None:
    with pytest.raises(DataMalformed, match="Row 2, column “2025”: “mucho” is not a number"):
        numbers(parse("País\t2024\t2025\nPerú\t1\t2\nChile\t1\tmucho"))
    with pytest.raises(DataMalformed, match="The column “2025” holds no number"):
        numbers(parse("País\t2024\t2025\nPerú\t1\t\nChile\t1\t"))
    assert numbers(parse("País\t2024\nPerú\t\nChile\t1")) == [[None], [1.0]]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
CELL = TEXT.map(data.tidy).filter(lambda cell: not data.begins_formula(cell))


@st.composite
def tables(draw: st.DrawFn) -> DataTable:
    header = draw(st.lists(CELL.filter(bool), min_size=2, max_size=5, unique=True))
    row = st.lists(CELL, min_size=len(header), max_size=len(header)).map(tuple).filter(any)
    return DataTable(tuple(header), tuple(draw(st.lists(row, min_size=1, max_size=6))))


@given(tables())
def test_what_a_table_is_stored_as_reads_back_as_the_same_table(table: DataTable) -> None:
    assert parse(table.as_text()) == table


@given(st.text(max_size=300))
def test_any_text_is_a_table_or_is_refused_in_words(text: str) -> None:
    try:
        table = parse(text)
    except DataMalformed:
        return
    assert parse(table.as_text()) == table


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), min_size=2, max_size=5))
def test_no_cell_of_a_download_begins_a_formula(rows: list[list[str]]) -> None:
    """Whatever a table holds, its CSV is text and numbers (OWASP, "CSV Injection")."""
    header, *body = [tuple(row) for row in rows]
    written = as_csv(DataTable(header, tuple(body)))
    assert written.startswith("\ufeff")
    for row in csv.reader(io.StringIO(written[1:], newline="")):
        for cell in row:
            if cell.startswith(data.FORMULA):
                assert cell in {"-", "－"} or data.NUMBER.fullmatch(data.plain_number(cell)), cell


def test_a_download_keeps_numbers_as_numbers_and_marks_the_rest_as_text() -> None:
    assert [safe_cell(cell) for cell in ("-5", "−5", "+1,5 %", "-", "Perú")] == ["-5", "−5", "+1,5 %", "-", "Perú"]
    assert [safe_cell(cell) for cell in ("=1", "-a", "@x", "＝1")] == ["'=1", "'-a", "'@x", "'＝1"]


def test_a_download_opens_in_a_spreadsheet_with_accents_and_lines_of_its_own() -> None:
    assert as_csv(TWO_ROWS) == '\ufeffPaís,2024\r\nPerú,"1,5"\r\nChile,2\r\n'
