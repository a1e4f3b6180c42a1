"""Run benchmarks of this folder in turn: `python -m benchmarks [NAME ...] [--full]`.

A benchmark is a module here with a function `run(full: bool)` that prints its ratios; without --full it
takes seconds, or a minute where the engine takes part. The other modules are what they share.
"""

import argparse
import importlib
import pkgutil
from collections.abc import Callable

import benchmarks


def found() -> dict[str, Callable[[bool], None]]:
    """The benchmarks by name, in order."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names if name != "__main__"}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def main() -> None:
    """Run those named, or all, in the order of their names."""
    known = found()
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", nargs="*", help=f"of {', '.join(known)}; all by default")
    parser.add_argument("--full", action="store_true", help="the sizes of the goals, which take minutes")
    given = parser.parse_args()
    if unknown := set(given.name) - set(known):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    for name in given.name or known:
        print(f"== {name}", flush=True)
        known[name](given.full)


if __name__ == "__main__":
    main()
