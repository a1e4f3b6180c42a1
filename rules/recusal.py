"""Why an officer does not check a subject (回避)."""

from enum import StrEnum


class RecusalGround(StrEnum):
    """The grounds of a recusal: the first three bind whoever they are true of (行政处罚法 第四十三条)."""

    KINSHIP = "kinship"
    FORMER_EMPLOYER = "former_employer"
    INTEREST = "interest"
    APPLIED = "applied"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The ground in the words of the trade."""
        return {
            "kinship": "近亲属关系",
            "former_employer": "曾在该单位任职",
            "interest": "直接利害关系",
            "applied": "当事人申请回避",
            "other": "其他可能影响公正的情形",
        }[self.value]
