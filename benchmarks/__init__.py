"""Benchmarks that print ratios: seconds differ between machines, ratios of one run hardly do."""

import time
import tracemalloc
from collections.abc import Callable


def best_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak_mib(work: Callable[[], object]) -> float:
    """The peak of Python's and numpy's memory in MiB, in a run of its own, for tracing is slow."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
