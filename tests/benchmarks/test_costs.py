"""CPU seconds are told apart by who spent them."""

import subprocess
import sys

from benchmarks.costs import Party, load, since, spent, words

BURN = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ninput()"


def test_a_workers_seconds_are_the_workers() -> None:
    """What a process that this one started has burnt is counted under its party while it lives."""
    before = spent()
    command = [sys.executable, "-c", BURN, "worker.py"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        costs = since(before)
        process.kill()
    assert 0.4 < costs[Party.WORKERS] < 2.0


def test_costs_are_told_for_one_thing_and_as_shares_of_a_core() -> None:
    """Milliseconds each, and per cent."""
    costs = {Party.WORKERS: 3.0, Party.ENGINE: 0.5}
    assert "workers 1,500, engine 250 ms of CPU each" == words(costs, 2)
    assert "workers 5.0, engine 0.8 % of a core" == load(costs, 60)
