"""What leaves the house: one message to a person, and its way through each channel (送达)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import DOCUMENT, MOMENT, enum_type


class ChannelName(StrEnum):
    """A way to reach somebody beside the inbox (送达渠道)."""

    EMAIL = "email"
    MESSENGER = "messenger"

    @property
    def label(self) -> str:
        """The channel in the words of the trade."""
        return {"email": "电子邮件", "messenger": "即时通讯"}[self.value]


class Digest(SQLModel, table=True):
    """One message to one person that lists it all (每日提醒); `id` follows from its notices and reader."""

    __table_args__ = (Index("digest_by_person", "person", "made_at"),)

    id: str = Field(primary_key=True)
    department: str = Field(foreign_key="department.id")
    person: str = Field(foreign_key="person.id")
    subject: str
    text: str
    notices: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    urgent: bool = False
    made_at: datetime = Field(sa_type=MOMENT)


class Delivery(SQLModel, table=True):
    """A digest on its way through one channel (送达): tried until it is delivered or given up, and visible while it fails.

    `id` is the idempotency key that the receiver sees (an e-mail's Message-ID). `taken_until` is a
    courier's lease: at the turn of the year a department has two desks.
    """

    __table_args__ = (Index("delivery_due", "department", "delivered_at", "next_try"),)

    id: str = Field(primary_key=True)
    digest: str = Field(foreign_key="digest.id", index=True)
    department: str = Field(foreign_key="department.id")
    channel: ChannelName = Field(sa_type=enum_type(ChannelName))
    address: str
    tries: int = 0
    error: str | None = None
    next_try: datetime | None = Field(default=None, sa_type=MOMENT)
    taken_until: datetime | None = Field(default=None, sa_type=MOMENT)
    delivered_at: datetime | None = Field(default=None, sa_type=MOMENT)


_ERRORS = {
    "AddressInvalid": "人员名录中的地址不是一个邮箱",
    "RecipientRefused": "邮件服务器不认识这个地址",
    "MessageRefused": "邮件服务器拒收",
    "SMTPAuthenticationError": "邮件服务器的用户名、密码不对",
    "SMTPServerDisconnected": "邮件服务器中途断开",
    "ConnectionRefusedError": "邮件服务器连接不上",
    "TimeoutError": "邮件服务器没有应答",
    "gaierror": "邮件服务器的名称不能解析",
    "NotAccepted": "即时通讯平台没有接受",
    "ChannelOff": "这一渠道没有设置",
    "NobodyPosted": "这一岗位无人任职",
}


def error_words(error: str | None) -> str:
    """What went wrong with a message, in words of operators; its own name where there are none."""
    return "" if error is None else _ERRORS.get(error, error)
