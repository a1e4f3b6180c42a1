"""Run every benchmark of this folder in turn: `python -m benchmarks [--full]`.

A benchmark is a module here with a function `run(full: bool)` that prints its ratios; without --full it
takes seconds.
"""

import argparse
import importlib
import pkgutil

import benchmarks


def main() -> None:
    """Run the modules in the order of their names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--full", action="store_true", help="the sizes of the goals, which take minutes")
    full = parser.parse_args().full
    for module in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda module: module.name):
        if module.name != "__main__":
            print(f"== {module.name}")
            importlib.import_module(f"benchmarks.{module.name}").run(full)


if __name__ == "__main__":
    main()
