"""Describe the machine of a run for the head of its results: kinds and versions, no names."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.bench.cluster import Cluster


def processor() -> str:
    """Return the model of the processor, or its architecture."""
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def memory_gb() -> int:
    """Return the memory in gigabytes."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def describe(cluster: Cluster) -> str:
    """Return one line: processor, memory, versions."""
    with cluster.connect() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    postgres = str(row[0]).split()[0] if row else ""
    parts = [
        f"{len(os.sched_getaffinity(0))} cores of {processor()}",
        f"{memory_gb()} GB",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"PostgreSQL {postgres}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name.lower())}" for name in ("Django", "Wagtail", "gunicorn")),
    ]
    return ", ".join(parts)


def commit() -> str:
    """Return the commit that was measured, with a plus if the tree had changes; empty outside git."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
        changed = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")
