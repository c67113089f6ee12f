"""What a failed call to the Hub means: whether it is transient, and what to tell a person.

Messages are written here, from the status alone: the client's own contain signed addresses, and may
contain what the server echoes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from traceback import walk_tb

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
_XET_STATUS = re.compile(r"\bHTTP status (?:client|server) error \((?P<status>[45]\d\d)\b")


@dataclass(frozen=True)
class Failure:
    """Why a call failed, as a sentence without its full stop, and whether to try again."""

    why: str
    transient: bool = False
    wait_seconds: float = 0.0


_MEANINGS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Failure], ...] = (
    (HFValidationError, Failure("{repo} is not the name of a repository; give it as owner/name")),
    (OfflineModeIsEnabled, Failure("HF_HUB_OFFLINE is set; unset it to publish")),
    (LocalTokenNotFoundError, Failure("no token was found; run `hf auth login` or set HF_TOKEN")),
    (
        (httpx2.InvalidURL, httpx2.UnsupportedProtocol),
        Failure("HF_ENDPOINT is not a server's address; correct it"),
    ),
    (
        (httpx2.TransportError, ConnectionError),
        Failure("the Hub could not be reached", transient=True),
    ),
)
"""Failures by exception; the first match counts."""


def understand(error: Exception, repo: str) -> Failure | None:
    """Return the meaning of an exception of the client; None if it is not about the Hub."""
    for cause in _chain(error):
        if isinstance(cause, HfHubHTTPError):
            return _of_status(cause.response.status_code, repo, cause.response.headers)
        if isinstance(cause, OSError | RuntimeError) and (status := _XET_STATUS.search(str(cause))):
            return _of_status(int(status["status"]), repo, httpx2.Headers())
        for kinds, failure in _MEANINGS:
            if isinstance(cause, kinds):
                return replace(failure, why=failure.why.format(repo=repo))
    if _is_of_xet(error):
        return Failure("the upload to the storage failed", transient=True)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and its chain of causes, the root cause last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_status(status: int, repo: str, headers: httpx2.Headers) -> Failure:
    if status in _REFUSED:
        return Failure(f"{repo} does not exist, or your token has no access to it; check both")
    if status in _OUTDATED:
        return Failure(f"{repo} was changed in the meantime", transient=True)
    if status == _THROTTLED:
        wait = headers.get("Retry-After", "")
        return Failure(
            "the Hub's rate limit is reached",
            transient=True,
            wait_seconds=float(wait) if wait.isdigit() else 0.0,
        )
    if status >= 500:
        return Failure(f"the Hub failed ({status})", transient=True)
    return Failure(f"the Hub refused the request ({status})")


def _is_of_xet(error: Exception) -> bool:
    """Whether an error comes from the client of the Xet storage.

    Its native code raises built-in exceptions: they lack the `errno` of the operating system's
    errors, and their last Python frame is in the Hub's client.
    """
    if not isinstance(error, OSError | RuntimeError) or getattr(error, "errno", None):
        return False
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    return bool(frames) and frames[-1].f_globals["__name__"].startswith("huggingface_hub.")
