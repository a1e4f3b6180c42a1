"""Where the CPU goes: seconds of this process and of all that it started, by what they are."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Party(StrEnum):
    """Who spends: everything of a rig belongs to one of them."""

    WORKERS = "workers"
    POSTGRESQL = "postgresql"
    ENGINE = "engine"
    CLIENT = "client"
    PLATFORM = "platform"


@dataclass(frozen=True)
class _Process:
    parent: int
    seconds: float
    """Its own, and those of its children that have ended: PostgreSQL's connections come and go."""
    command: str


def spent() -> dict[Party, float]:
    """CPU seconds so far, by party; the difference of two calls is what happened between them."""
    found = {int(path.name): _read(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    me = os.getpid()
    totals = dict.fromkeys(Party, 0.0)
    for process, one in found.items():
        if one is not None and process == me:
            totals[Party.CLIENT] += one.seconds
        elif one is not None and (child := _child_of(me, process, found)) is not None:
            totals[_party(child.command)] += one.seconds
    return totals


def since(before: dict[Party, float]) -> dict[Party, float]:
    """CPU seconds of each party since a call of `spent`."""
    return {party: seconds - before[party] for party, seconds in spent().items()}


def busy() -> float:
    """CPU seconds so far of everything on the machine, ours or not."""
    fields = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]
    user, nice, system, _idle, _waiting, *interrupts = map(int, fields)
    return (user + nice + system + sum(interrupts)) / _TICKS


def words(costs: dict[Party, float], count: float, *, digits: int = 0) -> str:
    """The milliseconds of CPU that each party took for one of so many things."""
    parts = [f"{party} {1000 * seconds / count:,.{digits}f}" for party, seconds in costs.items()]
    return f"{', '.join(parts)} ms of CPU each"


def load(costs: dict[Party, float], seconds: float) -> str:
    """Per cent of a core that each party took in so many seconds."""
    parts = [f"{party} {100 * taken / seconds:.1f}" for party, taken in costs.items()]
    return f"{', '.join(parts)} % of a core"


def _child_of(me: int, process: int, found: dict[int, _Process | None]) -> _Process | None:
    """This process's own child among the ancestors of a process, None for a stranger."""
    while (one := found.get(process)) is not None:
        if one.parent == me:
            return one
        process = one.parent
    return None


def _party(command: str) -> Party:
    if "worker.py" in command or "benchmarks.peer" in command:
        return Party.WORKERS
    if "postgres" in command:
        return Party.POSTGRESQL
    return Party.PLATFORM if "cli.demo.platform" in command else Party.ENGINE


def _read(path: Path) -> _Process | None:
    """A process, None where it has ended under the eyes."""
    try:
        stat = (path / "stat").read_text("utf-8", "replace").rsplit(")", 1)[1].split()
        command = (path / "cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return None
    return _Process(int(stat[1]), sum(map(int, stat[11:15])) / _TICKS, command)
