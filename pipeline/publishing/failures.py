"""What a failed call to the Hub means: whether it may pass, and what to tell a person.

The sentences are written here, from the status alone: what the client says of a failed request
holds addresses that are signed, and may hold what the server echoes.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
)

_REFUSED = {401, 403, 404}
_OUTDATED = {409, 412}
_THROTTLED = 429
_XET_STATUS = re.compile(r"\b(?:status(?: code)?:? ?|HTTP )\(?(?P<status>[45]\d\d)\b")


@dataclass(frozen=True)
class Failure:
    """Why a call failed: a sentence without its end, and what may be done."""

    why: str
    may_pass: bool = False
    wait_seconds: float = 0.0
    outdated: bool = False
    """Whether the repository has changed since it was looked at."""


def understand(error: Exception, repo: str) -> Failure | None:
    """Return what an exception of the client means; None when it is not about the Hub."""
    for cause in _chain(error):
        match cause:
            case HfHubHTTPError():
                return _of_status(cause.response.status_code, repo, cause.response.headers)
            case HFValidationError():
                return Failure(f"{repo} is no name of a repository; give it as owner/name")
            case OfflineModeIsEnabled():
                return Failure("HF_HUB_OFFLINE is set; unset it to publish")
            case LocalTokenNotFoundError():
                return Failure("no token was found; run `hf auth login` or set HF_TOKEN")
            case httpx2.TransportError() | ConnectionError():
                return Failure("the Hub could not be reached", may_pass=True)
            case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
                return Failure("HF_ENDPOINT is no address of a server; correct it")
    return _of_xet(error, repo)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what led to it, the first cause last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_status(status: int, repo: str, headers: httpx2.Headers) -> Failure:
    if status in _REFUSED:
        return Failure(f"{repo} is not there, or your token gives no right to it; check both")
    if status in _OUTDATED:
        return Failure(f"{repo} was changed meanwhile", may_pass=True, outdated=True)
    if status == _THROTTLED:
        wait = headers.get("Retry-After", "")
        return Failure(
            "the Hub takes no more requests for now",
            may_pass=True,
            wait_seconds=float(wait) if wait.isdigit() else 0.0,
        )
    if status >= 500:
        return Failure(f"the Hub answered with an error of its own ({status})", may_pass=True)
    return Failure(f"the Hub refused the request ({status})")


def _of_xet(error: Exception, repo: str) -> Failure | None:
    """Understand what the client of the Xet storage raises: built-in exceptions with a text."""
    text = str(error)
    if match := _XET_STATUS.search(text):
        return _of_status(int(match["status"]), repo, httpx2.Headers())
    lasting = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EACCES}
    if isinstance(error, RuntimeError | OSError) and "xet" in f"{type(error)}{text}".lower():
        return Failure("the upload to the storage failed", may_pass=not lasting)
    return None
