"""Telling people that a run has failed, wherever they want to be told."""

import os
from typing import Any

from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.logging import get_logger

ADDRESSES = "SHORTSCIENCE_NOTIFY"
"""The environment variable with addresses of Apprise (https://github.com/caronc/apprise), separated
by spaces: `mailto://…`, `slack://…`, `json://host/path`. They hold passwords, so they are no
parameter of a flow."""


def notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Send the name of a failed run and why it failed; a hook of the flows.

    What cannot be sent is a warning in the log: the run has failed already.
    """
    addresses = os.environ.get(ADDRESSES, "").split()
    if not addresses:
        return
    import apprise

    sender = apprise.Apprise()
    known = [sender.add(address) for address in addresses]
    title = f"{flow.name}: run {flow_run.name} {state.name}"
    if not (all(known) and sender.notify(title=title, body=state.message or "No message.")):
        get_logger("notification").warning("Not everyone in %s could be told", ADDRESSES)
