"""What may go wrong around a command (database, engine, files, papers), in words with a remedy."""

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from adapters.unreadable import why_of
from rules.refusal import Refusal

ENGINE_AWAY = "连接不上 Temporal 服务；请先启动（make dev），或设置 TEMPORAL_ADDRESS"


def expected(problem: Exception) -> Refusal | None:
    """The refusal that tells a person what went wrong; None for a bug."""
    # Whoever reads a list needs no engine.
    from temporalio.service import RPCError  # noqa: PLC0415 - see above

    if isinstance(problem, ValidationError):
        return Refusal("PaperInvalid", invalid_words(problem))
    if isinstance(problem, OperationalError):
        return Refusal("DatabaseAway", "数据库连接不上或尚未建表；请检查 DATABASE_URL，并由管理员升级数据库")
    if isinstance(problem, RPCError):
        return Refusal("EngineAway", ENGINE_AWAY)
    if isinstance(problem, OSError) and problem.filename is not None:
        return Refusal("FileUnreadable", file_words(problem))
    return None


def file_words(problem: OSError) -> str:
    """What is wrong with a file, with its path."""
    return f"{problem.filename}：{why_of(problem)}，请检查路径"


def invalid_words(error: ValidationError) -> str:
    """Each cause once, with the rows that it was found in."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in error.errors():
        own = _CAUSES.get(one["type"], "不合要求")
        if one["type"] == "value_error":
            own = one["msg"].removeprefix("Value error, ")
        field = ".".join(_FIELDS.get(str(part), str(part)) for part in one["loc"] if isinstance(part, str))
        places = found.setdefault((field, own), [])
        places += [part + 1 for part in one["loc"] if isinstance(part, int)][:1]
    return f"填写有误，请更正：{'；'.join(_cause_words(*key, places) for key, places in found.items())}"


def _cause_words(field: str, cause: str, places: list[int]) -> str:
    rows = f"（第{'、'.join(str(one) for one in dict.fromkeys(places))}项）" if places else ""
    if cause == _CAUSES["string_too_short"]:
        return f"{field}{cause}{rows}"
    return f"{field}{rows}：{cause}" if field else cause


_CAUSES = {"string_too_short": "不能为空", "string_too_long": "过长", "too_short": "至少写一项"}
_FIELDS = {"reason": "理由", "number": "文号", "approval_number": "文号", "note": "说明", "name": "名称"}
