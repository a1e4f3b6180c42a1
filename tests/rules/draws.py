"""Populations to draw from."""


def entries(n: int, classes: str = "ABCD-") -> list[tuple[str, str]]:
    """n subjects whose classes take turns."""
    return [(f"9114{i:014d}", classes[i % len(classes)]) for i in range(n)]
