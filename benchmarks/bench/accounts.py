"""Read how much processor time a process, or a whole PostgreSQL cluster, has used.

Linux only. Nanoseconds from `schedstat` where the kernel keeps it, else ticks of `stat` (usually 10 ms), which are the same account.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stat:
    """What a line of /proc/<pid>/stat says. Times in ticks; `children` are the children that have ended and were waited for."""

    pid: int
    name: str
    parent: int
    own: int
    children: int


def parse_stat(line: str) -> Stat:
    """Read a line of /proc/<pid>/stat; a program's name may hold spaces and brackets.

    Raises:
        ValueError: it is no such line.
    """
    opening, closing = line.find("("), line.rfind(")")
    if opening < 0 or closing < opening:
        raise ValueError(f"not a line of stat: {line[:40]!r}")
    fields = line[closing + 2 :].split()
    # Fields 14 to 17 of proc(5): utime, stime, cutime, cstime; the first of `fields` is the third.
    user, system, of_children_user, of_children_system = (int(value) for value in fields[11:15])
    return Stat(int(line[:opening]), line[opening + 1 : closing], int(fields[1]), user + system, of_children_user + of_children_system)


def stats() -> list[Stat]:
    """Return every process of the machine that can be read."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                found.append(parse_stat((folder / "stat").read_text()))
            except (OSError, ValueError):
                continue
    return found


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent this is."""
    return [stat.pid for stat in stats() if stat.parent == pid]


def used_by(pid: int) -> int:
    """Return the processor time of a process, user and system, in nanoseconds; 0 if it is gone."""
    total = 0
    try:
        for thread in (PROC / str(pid) / "task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        try:
            return parse_stat((PROC / str(pid) / "stat").read_text()).own * TICK
        except OSError:
            return 0
    return total


def used_by_cluster(postmaster: int) -> int:
    """Return the processor time of a PostgreSQL cluster in nanoseconds: postmaster, everything below it, and what has ended there."""
    here = [stat for stat in stats() if stat.pid == postmaster or stat.parent == postmaster]
    ended = sum(stat.children for stat in here if stat.pid == postmaster) * TICK
    return ended + sum(used_by(stat.pid) for stat in here)
