"""Measure the bytes of a first visit: a page and everything it names, each compressed with brotli.

make demo                                   in one shell
python -m benchmarks.page_weight            in another (a lesson of the foundations course, and briefs with charts and notes)
python -m benchmarks.page_weight URL …      any other pages
"""

from __future__ import annotations

import gzip
import re
import sys
import urllib.request
from urllib.parse import urljoin, urlsplit

import brotli

DEMO = "http://127.0.0.1:8000/es/"
# Held to 35 kB each by tests/browser/test_pages.py.
PAGES = (
    f"{DEMO}courses/migration-and-development/who-moves-and-why/the-venezuelan-outflow-in-figures/",
    f"{DEMO}knowledge/sending-money-costs-too-much/",
    f"{DEMO}knowledge/skills-that-do-not-count/",
)
NAMED = re.compile(r'(?:<link rel="(?:stylesheet|icon)"[^>]*?href|<script[^>]*?src|<use href)="([^"#]+)')
IMPORTED = re.compile(r'(?:from|import)\s*"([^"]+)"')


def fetch(url: str) -> tuple[int, str, str]:
    """Return the bytes that travel for an address, its encoding, and its text."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br, gzip"})  # noqa: S310 - an address the caller names
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        body, encoding = answer.read(), answer.headers.get("Content-Encoding", "")
    decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)
    return len(body), encoding or "plain", decode(body).decode("utf-8", "replace")


def weigh(page: str) -> dict[str, tuple[int, str]]:
    """Return bytes and encoding of a page and all that it names on its own host, by address."""
    size, encoding, html = fetch(page)
    weights = {page: (size, encoding)}
    waiting = [urljoin(page, found) for found in NAMED.findall(html)]
    while waiting:
        url = waiting.pop(0)
        if url in weights:
            continue
        if urlsplit(url).netloc != urlsplit(page).netloc:
            raise SystemExit(f"{page} calls somebody else: {url}")
        size, encoding, text = fetch(url)
        weights[url] = (size, encoding)
        if url.endswith(".js"):
            waiting += [urljoin(url, found) for found in IMPORTED.findall(text)]
    return weights


def main() -> None:
    """Print a table for each page named on the command line."""
    for page in sys.argv[1:] or PAGES:
        weights = weigh(page)
        for url, (size, encoding) in weights.items():
            print(f"{size:>8}  {encoding:<6}{urlsplit(url).path}")
        scripts = sum(size for url, (size, _encoding) in weights.items() if url.endswith(".js"))
        print(f"{sum(size for size, _encoding in weights.values()):>8}  in all, of which scripts {scripts}\n")


if __name__ == "__main__":
    main()
