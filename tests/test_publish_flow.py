"""The flow `publish-dataset`, against a real Prefect server and a stand-in for the Hub."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness
from pydantic import ValidationError

import shortscience.flows.publish_dataset as flow_module
from shortscience.flows.publish_dataset import publish_dataset
from shortscience.pipeline.errors import PublishError
from shortscience.pipeline.parameters import PublishParameters
from tests.hub.server import TOKEN, Hub, running_hub

pytestmark = pytest.mark.server
REPO = "someone/shortscience"


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(tmp_path) as hub:
        monkeypatch.setattr(
            flow_module, "connect", lambda: HfApi(endpoint=hub.address, token=TOKEN)
        )
        yield hub


def test_a_run_publishes_and_leaves_an_artifact(hub: Hub, built: Path) -> None:
    result = publish_dataset(PublishParameters(repo=REPO, dataset=str(built)))
    assert result["commit"] == hub.repos[REPO].tags[built.name]
    artifact = Artifact.get("publication")
    assert artifact is not None
    assert "| added | `data/summaries/train-00000-of-00001.parquet` |" in str(artifact.data)
    assert TOKEN not in str(artifact.data)


def test_a_run_that_is_refused_fails_in_one_sentence_without_the_token(
    hub: Hub, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TOKEN + "ofSomebodyElse"
    monkeypatch.setattr(flow_module, "connect", lambda: HfApi(hub.address, token=other))
    state = publish_dataset(PublishParameters(repo=REPO, dataset=str(built)), return_state=True)
    assert state.is_failed()
    with pytest.raises(PublishError, match="has no access"):
        state.result()
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
    assert TOKEN not in json.dumps(run.model_dump(mode="json"))


@pytest.mark.parametrize("repo", ["", "name", "a/b/c", "a b/c"])
def test_an_invalid_repository_name_is_refused_before_the_run(repo: str) -> None:
    with pytest.raises(ValidationError):
        PublishParameters(repo=repo)
