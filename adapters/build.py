"""Which build of the service this process is (版本)."""

import os
from dataclasses import dataclass

VERSION = "0.1.0"
"""The package's version, as pyproject.toml and the image's tag have it."""


@dataclass(frozen=True)
class Deployment:
    """A deployment's name and the build that this process is; without a name workers are unversioned."""

    name: str
    build: str

    @classmethod
    def load(cls) -> "Deployment | None":
        """Read JOINT_DEPLOYMENT and JOINT_BUILD_ID; None where no deployment is named."""
        name = os.environ.get("JOINT_DEPLOYMENT", "")
        build = os.environ.get("JOINT_BUILD_ID", "") or VERSION
        if "." in name or ":" in name:
            raise ValueError(f"JOINT_DEPLOYMENT=“{name}”不可用：不能含点号或冒号")
        return cls(name, build) if name else None
