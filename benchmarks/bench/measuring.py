"""Measure one task of all sites: calibrate, run the blocks in turn, check what writes left, repeat what was disturbed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bench.client import THREADS, run, weigh
from benchmarks.bench.cluster import Cluster
from benchmarks.bench.modes import Mode
from benchmarks.bench.sites import Site
from benchmarks.bench.summary import Block, is_disturbed, order_of

NANO = 1_000_000
# A block that is disturbed again and again is kept as it is: the machine is not quiet, and the range will show it.
MOST_REPETITIONS = 2
WARM_SECONDS, SLOW_SECONDS = 3.0, 0.1


class EffectMissing(Exception):
    """A block of writes was acknowledged, and not all of it is in the database."""


@dataclass
class Contender:
    """One site at one task: what it is asked, how many visits a block has, and what was measured."""

    label: str
    site: Site
    plan: dict[str, Any]
    visits: int = 0
    queries: int = 0
    weight: Any = None
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Run:
    """A whole run: its cluster, its hello, and every hello measured so far (requests a second; milliseconds of processor time each)."""

    cluster: Cluster
    mode: Mode
    hello: Site
    hellos: list[float] = field(default_factory=list)
    hello_costs: list[float] = field(default_factory=list)
    repetitions: int = 0
    began: float = field(default_factory=time.monotonic)

    def greet(self) -> float:
        """Measure the neighbouring hello."""
        used = self.hello.used() + self.cluster.used()
        seconds, _times = run(self.hello.socket, self.hello.plan["hello"][""]["visits"], self.mode.hellos)
        self.hellos.append(self.mode.hellos / seconds)
        self.hello_costs.append((self.hello.used() + self.cluster.used() - used) / NANO / self.mode.hellos)
        return self.hellos[-1]

    def measure(self, contenders: list[Contender]) -> None:
        """Measure a task: every contender as often as the mode says, forwards and backwards in turn."""
        for contender in contenders:
            self._calibrate(contender)
        before = self.greet()
        for repeat in range(self.mode.repeats_after((time.monotonic() - self.began) / 60)):
            for contender in order_of(contenders, repeat):
                before = self._block(contender, before, len(contender.blocks))
        for contender in contenders:
            for number, block in enumerate(contender.blocks):
                self._repeat_if_disturbed(contender, number, block)

    def _repeat_if_disturbed(self, contender: Contender, number: int, block: Block) -> None:
        for _repetition in range(MOST_REPETITIONS):
            if not is_disturbed(block.hello, self.hellos):
                return
            self.repetitions += 1
            self._block(contender, self.greet(), number)
            block = contender.blocks[number]

    def _block(self, contender: Contender, before: float, number: int) -> float:
        """Run one block, keep it as that number, and return the hello after it."""
        self._put_back(contender)
        site, plan = contender.site, contender.plan
        app, database = site.used(), self.cluster.used()
        _seconds, times = run(site.socket, plan["visits"], contender.visits)
        app, database = site.used() - app, self.cluster.used() - database
        self._check(contender, contender.visits)
        after = self.greet()
        block = Block(app / NANO / contender.visits, database / NANO / contender.visits, tuple(times), min(before, after))
        contender.blocks[number : number + 1] = [block]
        return after

    def _calibrate(self, contender: Contender) -> None:
        """Warm both workers, count statements, weigh the answer, and set the number of visits of a block."""
        plan, site = contender.plan, contender.site
        self._put_back(contender)
        began = time.perf_counter()
        contender.weight = weigh(site.socket, plan["visits"][0])
        taken = time.perf_counter() - began
        if taken > WARM_SECONDS:
            # The peer's edit view: no cache makes it faster, and each thread asks for it once.
            contender.visits = THREADS
        else:
            # Each worker has caches of its own; a dozen more visits reach both. Then what is fast is timed more often.
            enough = len(plan["visits"]) if plan["once"] else self.mode.visits[1]
            for count in (min(12, enough), min(4 if taken > SLOW_SECONDS else 40, enough)):
                self._put_back(contender)
                seconds, _times = run(site.socket, plan["visits"], count)
            least, most = self.mode.visits
            contender.visits = min(most, enough, max(least, round(self.mode.block_seconds * count / seconds)))
        self._put_back(contender)
        with self.cluster.statements(site.database) as found:
            weigh(site.socket, plan["visits"][0])
        contender.queries = found[0]

    def _put_back(self, contender: Contender) -> None:
        if contender.plan["reset"]:
            self.cluster.execute(contender.site.database, contender.plan["reset"], {"ids": contender.plan["ids"]})

    def _check(self, contender: Contender, visits: int) -> None:
        """Look in the database whether every write that was answered 200 is there.

        Raises:
            EffectMissing: not all of them.
        """
        plan = contender.plan
        if not plan["check"]:
            return
        expected = min(visits, len(plan["ids"]))
        found = self.cluster.count(contender.site.database, plan["check"], {"ids": plan["ids"][:expected]})
        if found != expected:
            raise EffectMissing(f"{contender.site.name}, {contender.label}: {expected} visits were acknowledged, {found} are stored.")
