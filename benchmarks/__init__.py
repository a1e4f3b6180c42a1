"""Benchmarks that print ratios: seconds differ between machines, ratios of one run hardly do."""

import time
import tracemalloc
from collections.abc import Callable


def best_seconds(
    work: Callable[[], object], repeats: int = 3, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The shortest of some runs, in seconds of the clock."""
    seconds = []
    for _ in range(repeats):
        start = clock()
        work()
        seconds.append(clock() - start)
    return min(seconds)


def best_cpu(work: Callable[[], object], repeats: int = 3) -> float:
    """The least of this process's CPU seconds: what others do on the machine hardly counts."""
    return best_seconds(work, repeats, time.process_time)


def verdict(holds: object) -> str:
    """Whether a goal is met, as the last word of its line."""
    return "met" if holds else "NOT met"


def peak_mib(work: Callable[[], object]) -> float:
    """The peak of Python's and numpy's memory in MiB, in a run of its own, for tracing is slow."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
