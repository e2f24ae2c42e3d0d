"""Small readers of what reference managers read, after their own rules and not after ours."""

from __future__ import annotations

import re

# LaTeX's names for its own signs.
NAMES = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}


def read_bibtex(text: str) -> tuple[str, str, dict[str, str]]:
    """Return type, key and fields of the one entry in a file. BibTeX counts every brace, with a backslash before it or not."""
    head = re.match(r"@(\w+)\{([^,\s{}]+),", text)
    assert head, text
    depth, position = 1, head.end()
    start, raw = position, []
    while depth:
        sign = text[position]
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if (sign == "," and depth == 1) or depth == 0:
            raw.append(text[start:position])
            start = position + 1
        position += 1
    assert text[position:].strip() == "", f"after the entry: {text[position:]}"
    fields = {}
    for piece in raw:
        name, sign, value = piece.strip().partition(" = ")
        assert sign, piece
        assert name.isalpha(), piece
        assert value[0] == "{", piece
        assert value[-1] == "}", piece
        assert name not in fields, name
        fields[name] = value[1:-1]
    return head[1], head[2], fields


def plain(latex: str) -> str:
    """Return what LaTeX would print."""
    latex = re.sub(r"\\(\w+)\{\}", lambda match: f"\\{sorted(NAMES).index(match[1])};", latex)
    latex = latex.replace("{", "").replace("}", "")
    latex = re.sub(r"\\(\d);", lambda match: "\x00" + match[1], latex)
    latex = re.sub(r"\\([&%$#_])", r"\1", latex)
    return re.sub("\x00(\\d)", lambda match: NAMES[sorted(NAMES)[int(match[1])]], latex)


def bibtex_names(value: str) -> list[tuple[str, str]]:
    """Return family and given names of a field; an organisation has braces around it and no given name."""
    names, depth, start = [], 0, 0
    for position, sign in enumerate(value):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0 and value.startswith(" and ", position):
            names.append(value[start:position])
            start = position + len(" and ")
    found = []
    for name in [*names, value[start:]]:
        if name.startswith("{"):
            found.append((plain(name), ""))
        else:
            family, _comma, given = name.partition(", ")
            found.append((plain(family), plain(given)))
    return found


def read_ris(text: str) -> list[tuple[str, str]]:
    """Return tags and values of the one record in a file (2011 specification: CRLF, two signs, two spaces, a hyphen, a space)."""
    lines = text.split("\r\n")
    assert lines[-1] == ""
    found = []
    for line in lines[:-1]:
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\r\n]*)", line)
        assert match, repr(line)
        found.append((match[1], match[2]))
    assert found[0][0] == "TY"
    assert found[-1] == ("ER", "")
    assert [tag for tag, _value in found].count("ER") == 1
    return found
