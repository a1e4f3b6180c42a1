"""Ending and waking what runs, whether it is still there or not (结束、唤醒)."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.doctor.engine_runs import Run
from models.messages import Wake


async def end(client: Client, run: Run, reason: str) -> bool:
    """Terminate a run; false where it has ended already."""
    try:
        await client.get_workflow_handle(run.workflow, run_id=run.run).terminate(reason=reason)
    except RPCError as error:
        return _gone(error)
    return True


async def wake(client: Client, workflow: str) -> bool:
    """Have a workflow read SQL anew and do what is due; false where none runs."""
    try:
        await client.get_workflow_handle(workflow).signal("wake", Wake(kind="doctor"))
    except RPCError as error:
        return _gone(error)
    return True


def _gone(error: RPCError) -> bool:
    if error.status is not RPCStatusCode.NOT_FOUND:
        raise error
    return False
