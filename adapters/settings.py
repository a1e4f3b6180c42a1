"""Settings from the environment; what is not set has a default that works on a bare machine."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from adapters.build import Deployment

CACHED_WORKFLOWS = 1000
"""How many workflows a worker keeps in memory: one that is not kept costs a replay when it is woken."""


class SettingError(ValueError):
    """A setting that can't be meant so; the words name it and say what it should be, in Chinese."""


class Profile(StrEnum):
    """Where the service runs: in demo and dev `--as PERSON` says who acts, elsewhere a token does."""

    DEMO = "demo"
    DEV = "dev"
    PRODUCTION = "production"

    @property
    def label(self) -> str:
        """The profile's Chinese name."""
        return {"demo": "演示", "dev": "开发", "production": "正式"}[self.value]


@dataclass(frozen=True)
class Settings:
    """What an entry point needs to know of its surroundings."""

    profile: Profile
    data: Path
    database_url: str
    exchange: str
    """A folder, or the platform's address (http:// or https://)."""
    smtp_url: str = ""
    smtp_from: str = ""
    messenger_url: str = ""
    exchange_token: str = ""
    exchange_secrets: str = ""
    """What each office shares with the platform to seal what they exchange, `office=secret,…`."""
    metrics: str = ""
    """Where a worker shows its measures, `host:port`."""
    traces: str = ""
    """The OTLP collector's address for traces."""
    alive: Path | None = None
    """The file that a healthy worker keeps young."""
    deployment: Deployment | None = None
    """The workers' deployment and build; None: unversioned."""
    cached_workflows: int = CACHED_WORKFLOWS

    @property
    def evidence(self) -> Path:
        """The folder of the evidence files."""
        return self.data / "evidence"

    @property
    def archive(self) -> Path:
        """The folder of closed runs' histories, beside the evidence."""
        return self.data / "archive"

    @classmethod
    def load(cls) -> "Settings":
        """Read JOINT_PROFILE, JOINT_DATA, DATABASE_URL, the exchange's and the channels' addresses."""
        data = Path(os.environ.get("JOINT_DATA", ".data"))
        return cls(
            profile=Profile(os.environ.get("JOINT_PROFILE", Profile.PRODUCTION)),
            data=data,
            database_url=os.environ.get("DATABASE_URL", f"sqlite:///{data.resolve()}/joint-inspection.db"),
            exchange=os.environ.get("JOINT_EXCHANGE") or str(data / "exchange"),
            exchange_token=os.environ.get("JOINT_EXCHANGE_TOKEN", ""),
            exchange_secrets=os.environ.get("JOINT_EXCHANGE_SECRETS", ""),
            smtp_url=os.environ.get("JOINT_SMTP_URL", ""),
            smtp_from=os.environ.get("JOINT_SMTP_FROM", ""),
            messenger_url=os.environ.get("JOINT_MESSENGER_URL", ""),
            metrics=os.environ.get("JOINT_METRICS", ""),
            traces=os.environ.get("JOINT_TRACES", ""),
            alive=Path(alive) if (alive := os.environ.get("JOINT_ALIVE")) else None,
            deployment=Deployment.load(),
            cached_workflows=int(os.environ.get("JOINT_CACHED_WORKFLOWS", CACHED_WORKFLOWS)),
        )
