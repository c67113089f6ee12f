"""Notifications of failed runs."""

import os
from typing import Any

from prefect.client.schemas.objects import Flow as FlowRecord
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.logging import get_logger
from prefect.utilities.urls import url_for

ADDRESSES = "SHORTSCIENCE_NOTIFY"
"""The environment variable with Apprise addresses (https://github.com/caronc/apprise), separated by
spaces: `mailto://…`, `slack://…`, `json://host/path`. They contain passwords, so they are not a
parameter of the flows.
"""


def notify(flow: Flow[..., Any] | FlowRecord, flow_run: FlowRun, state: State[Any]) -> None:
    """Send a failed run's name, reason and address; a hook of the flows.

    Interrupted runs send none. A notification that fails is only a warning in the log.
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
    delivered = sender.notify(title=title, body=body, notify_type=apprise.NotifyType.FAILURE)
    if not (all(known) and delivered):
        get_logger("notification").warning("Could not notify every address in %s", ADDRESSES)
