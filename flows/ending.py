"""Setting the final state of runs and tasks whose own process is gone."""

import os
import signal
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.flows import Flow
from prefect.logging.loggers import flow_run_logger
from prefect.states import Cancelled, Crashed

from shortscience.flows.notification import notify

_BEGUN = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def end_tasks(
    flow: Flow[..., Any],  # noqa: ARG001 - hooks get it
    flow_run: FlowRun,
    state: State[Any],
) -> None:
    """Set the tasks of a crashed run to the run's state; a hook of the flows."""
    with get_client(sync_client=True) as client:
        _end_tasks(client, flow_run.id, state)


def end_runs(pool: str, reason: str, *, kill: bool) -> list[str]:
    """End the started runs of a pool, and return their names.

    `kill` also kills their processes on this machine; otherwise there are none left. Sends a
    notification for each run, except for those being cancelled, which become Cancelled.
    """
    with get_client(sync_client=True) as client:
        runs = _begun_runs(client, pool)
        for run in runs:
            if kill and run.infrastructure_pid:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(int(run.infrastructure_pid), signal.SIGKILL)
        for run in runs:
            _end_run(client, client.read_flow_run(run.id), reason)
    return [run.name for run in runs]


def _end_run(client: SyncPrefectClient, run: FlowRun, reason: str) -> None:
    """Set the final state of a run without a process, unless it has one."""
    if run.state is None or not run.state.is_final():
        cancelled = run.state is not None and run.state.type == StateType.CANCELLING
        run.state = (Cancelled if cancelled else Crashed)(message=reason)
        flow_run_logger(run).error("%s", reason)
        client.set_flow_run_state(run.id, run.state, force=True)
    if run.state.is_crashed():
        _end_tasks(client, run.id, run.state)
        notify(client.read_flow(run.flow_id), run, run.state)


def _begun_runs(client: SyncPrefectClient, pool: str) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_BEGUN))
        ),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
    )


def _end_tasks(client: SyncPrefectClient, run: UUID, state: State[Any]) -> None:
    begun = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=_BEGUN)))
    its = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
    while tasks := client.read_task_runs(flow_run_filter=its, task_run_filter=begun):
        for task in tasks:
            ended: State[Any] = State(type=state.type, name=state.name, message=state.message)
            client.set_task_run_state(task.id, ended, force=True)
