"""Registering the typed search attributes that our workflows show, once for a namespace (登记搜索属性)."""

from dataclasses import dataclass

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.search_attributes import ALL

_KINDS = {key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in ALL}


class EngineRefuses(Exception):  # noqa: N818 - its message is what an operator reads
    """The engine can't be reached or does not take what we need; the message says what to do."""


@dataclass(frozen=True)
class Registered:
    """Our search attributes of a namespace, by what became of them, each as `name (type)`."""

    namespace: str
    added: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was done, a line for each attribute."""
        count = f"命名空间 {self.namespace}：搜索属性{len(_KINDS)}个，"
        done = f"新登记{len(self.added)}个" if self.added else "均已登记，没有改动"
        lines = [*(f"  新登记 {one}" for one in self.added), *(f"  已有　 {one}" for one in self.kept)]
        return "\n".join([count + done, *lines])


async def register_search_attributes(client: Client) -> Registered:
    """Register what is missing; what is there already is left as it is, so it may be called at any time.

    EngineRefuses where an attribute has another type already, or where the engine takes no more.
    """
    try:
        known = await _known(client)
        missing = {name: kind for name, kind in _KINDS.items() if name not in known}
        if missing:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            )
    except RPCError as error:
        raise EngineRefuses(_refusal(client.namespace, error)) from None
    return Registered(
        client.namespace,
        tuple(_told(name) for name in sorted(missing)),
        tuple(_told(name) for name in sorted(_KINDS.keys() - missing.keys())),
    )


async def _known(client: Client) -> set[str]:
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    known = dict(answer.custom_attributes)
    wrong = sorted(name for name, kind in _KINDS.items() if known.get(name, kind) != kind)
    if wrong:
        # Every workflow task that sets it would fail, and no message says why.
        words = "、".join(
            f"{name} 已登记为 {_kind(known[name])}，须为 {_kind(_KINDS[name])}" for name in wrong
        )
        names = " ".join(f"--name {name}" for name in wrong)
        raise EngineRefuses(
            f"命名空间 {client.namespace} 的搜索属性类型不符：{words}；确认别无他用后先删除，再重新执行："
            f"temporal operator search-attribute remove --namespace {client.namespace} {names}"
        )
    return set(known)


def _refusal(namespace: str, error: RPCError) -> str:
    if error.status is RPCStatusCode.NOT_FOUND:
        return (
            f"没有命名空间 {namespace}：核对 TEMPORAL_NAMESPACE，或先建立："
            f"temporal operator namespace create --retention 90d --namespace {namespace}"
        )
    if error.status is RPCStatusCode.PERMISSION_DENIED:
        return f"Temporal 服务不许登记搜索属性：请有管理权限的人执行 worker.py setup（{error.message}）"
    return (
        f"Temporal 服务没有登记搜索属性：{error.message}。"
        "SQL 存储每种类型的个数有限（Keyword 10个，其余各3个），本服务请用自己的命名空间（TEMPORAL_NAMESPACE）"
    )


def _told(name: str) -> str:
    return f"{name}（{_kind(_KINDS[name])}）"


def _kind(kind: IndexedValueType.ValueType) -> str:
    """A type as the engine's own program writes it: KeywordList, Datetime."""
    words = IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_")
    return "".join(word.capitalize() for word in words.split("_"))
