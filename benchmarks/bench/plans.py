"""The plan that a site gives the client: visits, how to reset the record before a block, how to check it after one.

Written as JSON by the site's own process (`preparing`), read by the client (`measuring`): standard library only.
"""

from __future__ import annotations

import json
from typing import Any

HOST = "puente.example"
# As a browser sends them through a proxy that ends TLS.
HEADERS = {"Host": HOST, "Accept-Encoding": "br, gzip", "Accept-Language": "es", "X-Forwarded-Proto": "https", "Connection": "close"}
CSRF = "b" * 32
# Over TLS a site may give its cookies names that only its own host can set (settings of production): both are sent.
COOKIES = {name: (name, f"__Host-{name}") for name in ("sessionid", "csrftoken")}
# Works before the site is filled: more than one page of a list in the admin holds.
FEW_WORKS = 60

Request = dict[str, Any]
Visit = list[Request]


def get(path: str, session: str = "", *, status: int = 200, headers: dict[str, str] | None = None) -> Request:
    """Return a request that reads a page, signed in if a session is given; `status` is what it must be answered with."""
    sent = HEADERS | ({"Cookie": _cookies(sessionid=session)} if session else {}) | (headers or {})
    return {"method": "GET", "path": path, "headers": sent, "body": "", "status": status}


def post(path: str, session: str, data: Any) -> Request:
    """Return a request that sends JSON as a script of the site's own page does, with the token against forgery."""
    headers = HEADERS | {
        "Cookie": _cookies(sessionid=session, csrftoken=CSRF),
        "X-CSRFToken": CSRF,
        "Origin": f"https://{HOST}",
        "Content-Type": "application/json",
    }
    return {"method": "POST", "path": path, "headers": headers, "body": json.dumps(data)}


def _cookies(**values: str) -> str:
    return "; ".join(f"{sent}={value}" for name, value in values.items() for sent in COOKIES[name])


def task(
    visits: list[Visit], *, once: bool = False, reset: list[str] | None = None, check: str = "", ids: list[int] | None = None
) -> dict[str, Any]:
    """Return the plan of one task.

    Args:
        visits: what one person does, one or more requests.
        once: whether each visit may be made only once before the record is put back (a write that a replay would not repeat).
        reset: statements that put the record back; `%(ids)s` are the rows of the people in `visits`.
        check: a statement that counts the rows that a block must have left, of `%(ids)s`: one for each visit made.
        ids: the row of the person of each visit, in the same order.
    """
    return {"visits": visits, "once": once, "reset": reset or [], "check": check, "ids": ids or []}
