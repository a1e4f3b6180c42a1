"""How messages become payloads: the SDK's way with pydantic, made once for the process."""

from dataclasses import replace
from typing import Self

from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter


class OneConverter(PydanticPayloadConverter):
    """The same object whoever makes it.

    The SDK makes a converter for each activation of a workflow, and each would learn every message's type anew.
    """

    _made: Self | None = None

    def __new__(cls) -> Self:
        """The one that was made first."""
        if cls._made is None:
            cls._made = made = super().__new__(cls)
            PydanticPayloadConverter.__init__(made)
        return cls._made

    def __init__(self) -> None:
        """Made already."""


data_converter = replace(pydantic_data_converter, payload_converter_class=OneConverter)
"""For every client of the product; what it writes is what the SDK's own writes."""
