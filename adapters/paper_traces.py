"""The way of a trace from a paper's message to the step that rules on it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from temporalio import client, worker

if TYPE_CHECKING:
    from temporalio.api.common.v1 import Payload
    from temporalio.workflow import ActivityHandle

_HEADER = "_tracer-data"
"""The header in which the SDK's interceptor hands a span on."""


class PaperTraces(client.Interceptor, worker.Interceptor):
    """Hands the span of a paper's update to the step that rules on it.

    One step applies all papers that wait and is called by the workflow, not by the update's handler:
    without this it would belong to the trace that once started the workflow. Of several the first counts.
    It stands before the SDK's interceptor, so that what it calls last has its own header replaced.
    """

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the SDK's signature
    ) -> type[worker.WorkflowInboundInterceptor] | None:
        """The part that runs beside each workflow."""
        return _PaperInbound


class _PaperInbound(worker.WorkflowInboundInterceptor):
    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        self._headers: dict[str, Payload] = {}
        super().init(_PaperOutbound(outbound, self._headers))

    async def handle_update_handler(self, input: worker.HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        header = input.headers.get(_HEADER)
        paper = getattr(input.args[0], "submission", "") if input.args else ""
        if header is not None and paper:
            self._headers[paper] = header
        try:
            return await super().handle_update_handler(input)
        finally:
            self._headers.pop(paper, None)


class _PaperOutbound(worker.WorkflowOutboundInterceptor):
    def __init__(
        self, outbound: worker.WorkflowOutboundInterceptor, headers: "Mapping[str, Payload]"
    ) -> None:
        super().__init__(outbound)
        self._headers = headers

    def start_local_activity(self, input: worker.StartLocalActivityInput) -> "ActivityHandle[Any]":  # noqa: A002 - the SDK's name
        papers = getattr(input.args[0], "submissions", ()) if input.args else ()
        header = next((self._headers[one] for one in papers if one in self._headers), None)
        if header is not None:
            input.headers = {**input.headers, _HEADER: header}
        return super().start_local_activity(input)
