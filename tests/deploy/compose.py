"""The compose file as its own program reads it: strictly, with its variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:?[-?])?(?P<rest>[^}]*)\}")


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice, of which the usual loader silently takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, each key once; what `<<` brings may be overridden."""
        keys = [key.value for key, _ in node.value if key.value != "<<"]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"line {node.start_mark.line + 1}: {', '.join(twice)} twice")
        return dict(super().construct_mapping(node, deep=deep))


def compose() -> dict[str, Any]:
    """The file, its variables as they stand."""
    loaded: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), Strict)
    return loaded


def variables() -> dict[str, set[str]]:
    """Each variable with the rules that it stands under: `:?` must not be empty, `?` must be set, `:-` may lack."""
    found: dict[str, set[str]] = {}
    for match in _VARIABLE.finditer(FILE.read_text("utf-8")):
        found.setdefault(match["name"], set()).add(match["rule"] or "")
    return found


def environment_of(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """A service's environment, filled in; raises KeyError where a required variable is not given."""

    def fill(match: re.Match[str]) -> str:
        name, rule = match["name"], match["rule"]
        if rule == ":-":
            return given.get(name) or match["rest"]
        if rule == ":?" and not given[name]:
            raise KeyError(name)
        return given[name]

    entries = compose()["services"][service].get("environment", {})
    # A name without a value is taken from the shell of whoever types the command.
    stated = {name: value for name, value in entries.items() if value is not None}
    return {name: _VARIABLE.sub(fill, str(value)) for name, value in stated.items()}
