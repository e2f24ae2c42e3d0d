"""A part of a file instead of the whole (RFC 9110, section 14): for a download that was cut off, and a reader of long PDFs.

A view answers the whole file first, after it has asked who may have it; `in_part` then takes from that answer what was asked for.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import IO, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

# Longer numbers than any file has bytes are no range: the whole file is always a right answer.
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
_UNIT = "bytes="


class RangeUnsatisfiable(Exception):
    """The range begins beyond the end of the file, or asks for its last nought bytes."""


def range_of(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte that a Range header asks for; None where the whole file is the answer.

    That is so for several ranges, another unit, and whatever is no range: numbers the wrong way round, words, nothing at all.

    Raises:
        RangeUnsatisfiable: there is no byte of the file in it.
    """
    unit, wanted = header[: len(_UNIT)].lower(), header[len(_UNIT) :]
    # A list may have empty places (section 5.6.1.2).
    parts = [part for part in (one.strip(" \t") for one in wanted.split(",", 64)) if part]
    found = _RANGE.fullmatch(parts[0]) if unit == _UNIT and len(parts) == 1 else None
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        if not last:
            return None
        length = min(int(last), size)
        if not length:
            raise RangeUnsatisfiable
        return size - length, size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeUnsatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1


def in_part(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the part that was asked for of an answer that is the whole file, and the answer itself where it isn't, or none was.

    The answer has its ETag, which `If-Range` compares: whoever holds the beginning of another file is given all of this one. A date
    there never fits, since no file of ours is known by its date.
    """
    if response.status_code != HTTPStatus.OK:
        return response
    response["Accept-Ranges"] = "bytes"
    asked = request.headers.get("Range", "") if request.method == "GET" else ""
    if not asked or request.headers.get("If-Range", response.get("ETag")) != response.get("ETag"):
        return response
    size = _size(response)
    try:
        found = range_of(asked, size)
    except RangeUnsatisfiable:
        return _unsatisfiable(response, size)
    if found is None:
        return response
    first, last = found
    _cut(response, first, last)
    response.status_code = HTTPStatus.PARTIAL_CONTENT
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _size(response: HttpResponseBase) -> int:
    return len(response.content) if isinstance(response, HttpResponse) else int(response["Content-Length"])


def _cut(response: HttpResponseBase, first: int, last: int) -> None:
    if isinstance(response, HttpResponse):
        response.content = response.content[first : last + 1]
    elif isinstance(response, FileResponse):
        file, headers = _file_of(response), dict(response.headers)
        file.seek(first)
        response.streaming_content = _Part(file, last - first + 1)  # type: ignore[assignment] # as Django's own, which reads files
        # Django has looked at the part for a name, and found none.
        for name, value in headers.items():
            response[name] = value


def _unsatisfiable(response: HttpResponseBase, size: int) -> HttpResponse:
    refused = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    for name in ("Accept-Ranges", "Cache-Control", "Vary"):
        if name in response:
            refused[name] = response[name]
    refused["Content-Range"] = f"bytes */{size}"
    if isinstance(response, FileResponse):
        _file_of(response).close()
    return refused


def _file_of(response: FileResponse) -> IO[bytes]:
    """Return what Django streams, and the server may send by itself."""
    return cast("IO[bytes]", response.file_to_stream)


class _Part:
    """So many bytes of a file from where it stands. It has no number of its own, so that no server sends the file in its place."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes."""
        found = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(found)
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()
