"""Telling people that a run has failed, wherever they want to be told."""

import os
from typing import Any

from prefect.client.schemas.objects import Flow as FlowRecord
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.logging import get_logger
from prefect.utilities.urls import url_for

ADDRESSES = "SHORTSCIENCE_NOTIFY"
"""The environment variable with addresses of Apprise (https://github.com/caronc/apprise), separated
by spaces: `mailto://…`, `slack://…`, `json://host/path`. They hold passwords, so they are no
parameter of a flow."""


def notify(flow: Flow[..., Any] | FlowRecord, flow_run: FlowRun, state: State[Any]) -> None:
    """Send the name of a failed run, why it failed, and where to see it; a hook of the flows.

    Whoever interrupts a run knows. What cannot be sent is a warning in the log: the run has failed
    already.
    """
    addresses = os.environ.get(ADDRESSES, "").split()
    if not addresses or isinstance(state.data, KeyboardInterrupt):
        return
    import apprise

    sender = apprise.Apprise()
    known = [sender.add(address) for address in addresses]
    title = f"{flow.name}: run {flow_run.name} {state.name}"
    where = f"Run {flow_run.id}: {url_for(flow_run)}"
    body = f"{state.message or 'No message.'}\n{where}"
    told = sender.notify(title=title, body=body, notify_type=apprise.NotifyType.FAILURE)
    if not (all(known) and told):
        get_logger("notification").warning("Not everyone in %s could be told", ADDRESSES)
