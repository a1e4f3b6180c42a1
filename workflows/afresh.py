"""The word by which a workflow leaves its course to continue as new; everything it knows stands in SQL."""


class Afresh(Exception):  # noqa: N818 - not an error: the course goes on in the next run
    """Raised at a wait, never in the middle of a step."""
