"""Words of a scope that narrow what is named: a place, a licence, its level (限定语)."""

from collections.abc import Collection, Mapping
from typing import Any

_SHORTEST = 2
"""A single character is part of too many words."""


class Narrowing:
    """What narrows the alternatives of one text; only what narrows all of them alike can be rendered.

    A filter joins its conditions with "and": a place said of one alternative would cut the others.
    """

    def __init__(self, **known: Collection[str]) -> None:
        self._known = {name: {one for one in words if len(one) >= _SHORTEST} for name, words in known.items()}
        self._alternatives: list[Mapping[str, frozenset[str]]] = []
        self._loose: list[Mapping[str, frozenset[str]]] = []
        self._bracketed: list[Mapping[str, frozenset[str]]] = []

    def take(self, text: str) -> tuple[str, Mapping[str, frozenset[str]]]:
        """Takes narrowing words out of the text: what is left, and the words."""
        found = {}
        for name, words in self._known.items():
            text, taken = take_words(text, words)
            found[name] = frozenset(taken)
        return text, found

    def note(self, found: Mapping[str, frozenset[str]], *, alternative: bool, names: bool) -> None:
        """The words of one part: of a bracket, of an alternative that names something, or of none but a place."""
        if names and alternative:
            self._alternatives.append(found)
        elif any(found.values()):
            (self._loose if alternative else self._bracketed).append(found)

    def agreed(self) -> tuple[dict[str, Any], list[str]]:
        """The conditions, and the words that no condition renders."""
        conditions: dict[str, Any] = {}
        unread: list[str] = []
        for name in self._known:
            said = [one[name] for one in (*self._alternatives, *self._loose, *self._bracketed)]
            words = sorted(frozenset().union(*said))
            if not words:
                continue
            if not self._of_all(name) or (name != "areas" and len(words) > 1):
                unread += words
            else:
                conditions[name] = tuple(words) if name == "areas" else words[0]
        return conditions, unread

    def _of_all(self, name: str) -> bool:
        """Whether the words hold for every alternative: each says the same, or a bracket says it of all.

        Places that stand alone (东镇、西镇的超市) belong to the list that the next alternative ends.
        """
        each = {one[name] for one in self._alternatives}
        listed = any(one[name] for one in self._loose)
        return len(each) <= 1 and not (listed and each == {frozenset()})


def take_words(text: str, words: Collection[str]) -> tuple[str, list[str]]:
    """Takes known words out of the text, the longest first: what is left, and the words."""
    found: list[str] = []
    for word in sorted(words, key=len, reverse=True):
        if word in text:
            text = text.replace(word, "、")
            found.append(word)
    return text, found
