"""Draw of 3 % in memory against the SHA-256 limit and against samplers that nobody can recompute."""

import hashlib
import importlib
import random
from collections.abc import Callable

from benchmarks import best_cpu, best_seconds, peak_mib, verdict
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
    # The limit takes milliseconds: more runs of it cost nothing and steady every ratio.
    hashing: Callable[[], object] = lambda: hashlib.sha256(blocks).digest()  # noqa: E731 - measured twice
    limit, cpu_limit = best_seconds(hashing, 10), best_cpu(hashing, 10)
    print(
        f"{n:,} subjects, {k:,} drawn; limit: SHA-256 over {64 * n // 10**6} MB in {limit * 1000:.1f} ms = 1"
    )
    times = {name: best_seconds(work) for name, work in candidates.items()}
    cpu = {name: best_cpu(work) for name, work in candidates.items()}
    for name, seconds in times.items():
        print(
            f"  {name}: {seconds / limit:.2f} × limit ({cpu[name] / cpu_limit:.2f} in CPU time), "
            f"{peak_mib(candidates[name]):.0f} MiB"
        )
    for name in ("first k of the order", "stratified draw"):
        ratio, faster = cpu[name] / cpu_limit, cpu["consistent_sampler"] / cpu[name]
        print(f"  goal: {name} at most 12 × limit; in CPU time {ratio:.2f}: {verdict(ratio <= 12)}")
        print(f"  goal: at least 7 × as fast as consistent_sampler; {faster:.1f}: {verdict(faster >= 7)}")
