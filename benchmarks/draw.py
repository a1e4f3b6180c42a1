"""Draw of 3 % in memory against the SHA-256 limit and against samplers that nobody can recompute."""

import hashlib
import importlib
import random
from collections.abc import Callable

from benchmarks import best_seconds, peak_mib
from rules.draw import draw, first, sha256_hex
from rules.quota import Quota, population, propose_rising

SEED = sha256_hex(b"benchmark")


def _peer(codes: list[str], k: int) -> Callable[[], object]:
    """consistent_sampler, which has no types of its own."""
    sampler = importlib.import_module("consistent_sampler").sampler
    return lambda: list(sampler(codes, seed=SEED, take=k, output="id"))


def run(full: bool) -> None:
    """One million subjects, or a fifth of it; time as a ratio to the limit, memory in MiB."""
    n = 1_000_000 if full else 200_000
    k = n * 3 // 100
    entries = [(f"9114{i:014d}", "ABCD-"[i % 5]) for i in range(n)]
    codes = [code for code, _ in entries]
    quota = Quota.tiered(population(entries), propose_rising("1.2"), "3")
    blocks = bytes(64 * n)
    candidates: dict[str, Callable[[], object]] = {
        "first k of the order": lambda: first(SEED, codes, k),
        "stratified draw": lambda: draw(SEED, entries, quota),
        "random.sample (cannot be recomputed)": lambda: random.Random(1).sample(codes, k),
        "consistent_sampler": _peer(codes, k),
    }
    limit = best_seconds(lambda: hashlib.sha256(blocks).digest())
    print(
        f"{n:,} subjects, {k:,} drawn; limit: SHA-256 over {64 * n // 10**6} MB in {limit * 1000:.1f} ms = 1"
    )
    times = {name: best_seconds(work) for name, work in candidates.items()}
    for name, seconds in times.items():
        print(f"  {name}: {seconds / limit:.2f} × limit, {peak_mib(candidates[name]):.0f} MiB")
    ratio = times["consistent_sampler"] / times["first k of the order"]
    print(f"  first k is {ratio:.1f} times as fast as consistent_sampler (goal 7)")
    print(f"  goal: first k at most 12 × limit; measured {times['first k of the order'] / limit:.2f}")
