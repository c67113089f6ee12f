"""A stand-in for the Hugging Face Hub on loopback: dataset repositories over the Hub's protocol.

It supports what the real client and `datasets` use: repositories, commits with a parent, tags, pull
requests, settings, uploads over LFS (whole and in parts) and Xet (with a local folder as storage),
and downloads of ranges. A `Fault` makes a request fail.
"""

import base64
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_TheSecretThatNobodyMaySee"
DATE = "2026-01-01T00:00:00.000Z"
LARGE = (".parquet",)
PART_BYTES = 50_000
RETRY_AFTER_SECONDS = 0
STORAGE = "/storage"
"""An address for a Xet storage that is broken; a working one is a folder."""

FaultKind = Literal["throttled", "failing", "refusing", "reset before", "reset after"]
STATUS: dict[str | None, int] = {"throttled": 429, "failing": 500, "refusing": 403}
Blob = dict[str, Any]
Tree = dict[str, Blob]


@dataclass
class Commit:
    oid: str
    tree: Tree
    title: str
    parent: str | None


@dataclass
class Repo:
    """A repository: `refs` name commits, and `history` holds every commit of `main`."""

    name: str
    private: bool = False
    gated: str | bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)

    def commit(self, ref: str, tree: Tree, title: str) -> Commit:
        parent = self.refs.get(ref)
        oid = hashlib.sha1(f"{self.name} {len(self.commits)} {title}".encode()).hexdigest()
        self.commits[oid] = Commit(oid, tree, title, parent)
        self.refs[ref] = oid
        return self.commits[oid]

    def find(self, revision: str) -> Commit | None:
        for ref in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
            if ref in self.refs:
                return self.commits[self.refs[ref]]
        return self.commits.get(revision)

    @property
    def history(self) -> list[Commit]:
        """The commits of `main`, newest first."""
        found, oid = [], self.refs.get("refs/heads/main")
        while oid:
            found.append(self.commits[oid])
            oid = self.commits[oid].parent
        return found

    @property
    def tags(self) -> dict[str, str]:
        return {
            ref.removeprefix("refs/tags/"): oid
            for ref, oid in self.refs.items()
            if ref.startswith("refs/tags/")
        }


class RefusedError(Exception):
    """An error response."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.headers = {"X-Error-Code": code, "X-Error-Message": code} | headers


@dataclass
class Answer:
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    kind: str = "application/json"

    @classmethod
    def of(cls, value: object, **headers: str) -> "Answer":
        return cls(json.dumps(value).encode(), headers)


class Hub:
    """All repositories, the stored objects, and the received requests."""

    def __init__(self, storage: Path) -> None:
        self.repos: dict[str, Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.requests: list[str] = []
        self.storage = storage
        self.address = ""
        self.fault: tuple[int, FaultKind] | None = None
        self.fault_lasts = False
        self.storage_fault: FaultKind | None = None
        """How the Xet storage answers every request, while it is out of order."""
        self.before: Callable[[str], None] = lambda _request: None
        """Called with each request before it is answered, such as to commit meanwhile."""

    def forget(self) -> None:
        self.repos.clear()
        self.objects.clear()
        self.parts.clear()
        self.requests.clear()
        self.fault, self.fault_lasts, self.storage_fault = None, False, None
        self.before = lambda _request: None

    def fault_of(self, number: int) -> FaultKind | None:
        """Return how the request with a number fails, if it does."""
        if self.requests[number].split()[1].startswith(STORAGE):
            return self.storage_fault or "failing"
        if self.fault is None:
            return None
        first, kind = self.fault
        return kind if number == first or (self.fault_lasts and number > first) else None

    def add_repo(self, name: str, files: dict[str, bytes] | None = None) -> Repo:
        repo = self.repos[name] = Repo(name)
        tree = {".gitattributes": self.store(b"*.parquet filter=lfs diff=lfs merge=lfs -text\n")}
        repo.commit("refs/heads/main", tree, "initial commit")
        if files:
            self.edit(name, files)
        return repo

    def edit(self, name: str, files: dict[str, bytes]) -> None:
        """Commit files, as a person does on the Hub's pages."""
        repo = self.repos[name]
        tree = repo.history[0].tree | {path: self.store(data) for path, data in files.items()}
        repo.commit("refs/heads/main", tree, "edit")

    def store(self, data: bytes) -> Blob:
        sha256 = hashlib.sha256(data).hexdigest()
        self.objects[sha256] = data
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return {"oid": oid, "size": len(data), "sha256": sha256, "lfs": False, "xet": None}

    def content(self, name: str, path: str, revision: str = "main") -> bytes:
        commit = self.repos[name].find(revision)
        assert commit is not None
        return self.bytes_of(commit.tree[path])

    def bytes_of(self, blob: Blob) -> bytes:
        if blob["sha256"] not in self.objects:
            self.objects[blob["sha256"]] = self._rebuild(blob)
        return self.objects[blob["sha256"]]

    def xet_files(self) -> dict[str, tuple[str, int]]:
        """Return Xet hash and size by SHA-256, from the shards that the client wrote.

        A shard is a header of 48 bytes, then for each file a record of 48 bytes (hash, flags,
        number of segments), its segments, as many verifications, and a record with the SHA-256.
        """
        found = {}
        for shard in self.storage.glob("xet/xorbs/shards/*.mdb"):
            data, at = shard.read_bytes(), 48
            while data[at : at + 32] != b"\xff" * 32:
                flags, n = struct.unpack_from("<II", data, at + 32)
                name, segments = _xet_hash(data[at : at + 32]), at + 48
                size = sum(
                    struct.unpack_from("<I", data, segments + 48 * i + 36)[0] for i in range(n)
                )
                at = segments + 48 * n * (2 if flags & 1 << 31 else 1)
                if flags & 1 << 30:
                    found[_xet_hash(data[at : at + 32])] = (name, size)
                    at += 48
        return found

    def _rebuild(self, blob: Blob) -> bytes:
        import hf_xet

        target = self.storage / blob["sha256"]
        with hf_xet.XetSession().new_file_download_group(
            endpoint=f"local://{self.storage}",
            token="x",
            token_expiry_unix_secs=int(time.time()) + 3600,
        ) as group:
            group.start_download_file(hf_xet.XetFileInfo(blob["xet"], blob["size"]), str(target))
        return target.read_bytes()


def _xet_hash(raw: bytes) -> str:
    return "".join(f"{part:016x}" for part in struct.unpack("<4Q", raw))


ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    (method, re.compile(pattern), handler)
    for method, pattern, handler in (
        ("POST", r"/api/validate-yaml", "validate_yaml"),
        ("POST", r"/api/repos/create", "create"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)", "info"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)/revision/(.+)", "info"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)/refs", "refs"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)/tree/([^/]+)(?:/(.+))?", "tree"),
        ("POST", r"/api/datasets/(\w+/[\w-]+)/paths-info/([^/]+)", "paths_info"),
        ("POST", r"/api/datasets/(\w+/[\w-]+)/preupload/([^/]+)", "preupload"),
        ("POST", r"/api/datasets/(\w+/[\w-]+)/commit/([^/]+)", "commit"),
        ("POST", r"/api/datasets/(\w+/[\w-]+)/tag/([^/]+)", "tag"),
        ("PUT", r"/api/datasets/(\w+/[\w-]+)/settings", "settings"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)/discussions", "discussions"),
        ("GET", r"/api/datasets/(\w+/[\w-]+)/xet-(read|write)-token/[^/]+", "xet_token"),
        ("POST", r"/datasets/(\w+/[\w-]+)\.git/info/lfs/objects/batch", "lfs_batch"),
        ("PUT", r"/lfs/([0-9a-f]{64})(?:/(\d+))?", "lfs_put"),
        ("POST", r"/lfs/([0-9a-f]{64})/complete", "lfs_complete"),
        ("POST", r"/lfs/([0-9a-f]{64})/verify", "lfs_verify"),
        ("GET", r"/datasets/(\w+/[\w-]+)/resolve/([^/]+)/(.+)", "resolve"),
    )
]
WRITES = {"create", "preupload", "commit", "tag", "settings", "lfs_batch"}


class Handler(BaseHTTPRequestHandler):
    """One request: find its route, apply its fault, respond."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    hub: Hub
    lock = threading.RLock()

    def log_message(self, *args: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        body = self._body()
        with self.lock:
            self.hub.requests.append(f"{self.command} {self.path}")
            self.hub.before(self.hub.requests[-1])
            fault = self.hub.fault_of(len(self.hub.requests) - 1)
            if fault == "reset before":
                return self._reset()
            if fault in STATUS:
                headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
                answer = Answer(b"{}", headers, STATUS[fault])
            else:
                answer = self._answer(body)
        if fault == "reset after":
            return self._reset()
        return self._send(answer)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the names that the base class calls

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reset(self) -> None:
        """Close the connection without a response, so that the client sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _answer(self, body: bytes) -> Answer:
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        asked = "GET" if self.command == "HEAD" else self.command
        for method, pattern, name in ROUTES:
            if method == asked and (match := pattern.fullmatch(url.path)):
                try:
                    if name in WRITES:
                        self._authorise()
                    parts = [part and unquote(part) for part in match.groups()]
                    return getattr(self, name)(body, *parts)
                except RefusedError as refusal:
                    return Answer(
                        json.dumps({"error": str(refusal)}).encode(),
                        refusal.headers,
                        refusal.status,
                    )
        return Answer(b'{"error": "no such address"}', {}, 404)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _authorise(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise RefusedError(401, "Unauthorized")

    def _repo(self, name: str) -> Repo:
        repo = self.hub.repos.get(name)
        if repo is None:
            raise RefusedError(404, "RepoNotFound")
        if repo.private:
            self._authorise()
        return repo

    def _commit(self, name: str, revision: str) -> Commit:
        commit = self._repo(name).find(revision)
        if commit is None:
            raise RefusedError(404, "RevisionNotFound")
        return commit

    # Repositories

    def validate_yaml(self, body: bytes) -> Answer:
        return Answer.of({"errors": [], "warnings": []})

    def create(self, body: bytes) -> Answer:
        asked = json.loads(body)
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{self.hub.address}/datasets/{name}"
        if name in self.hub.repos:
            return Answer(json.dumps({"error": "exists", "url": url}).encode(), {}, 409)
        self.hub.add_repo(name).private = asked.get("visibility") == "private"
        return Answer.of({"url": url})

    def info(self, body: bytes, name: str, revision: str = "main") -> Answer:
        repo, commit = self._repo(name), self._commit(name, revision)
        siblings = [
            {"rfilename": path}
            | {"size": blob["size"], "blobId": blob["oid"]}
            | ({"lfs": _pointer(blob)} if blob["lfs"] else {})
            for path, blob in sorted(commit.tree.items())
        ]
        return Answer.of(
            {
                "_id": "1",
                "id": name,
                "author": name.split("/")[0],
                "sha": commit.oid,
                "private": repo.private,
                "gated": repo.gated,
                "disabled": False,
                "tags": [],
                "lastModified": DATE,
                "createdAt": DATE,
                "downloads": 0,
                "likes": 0,
                "siblings": siblings,
            }
        )

    def refs(self, body: bytes, name: str) -> Answer:
        refs = self._repo(name).refs

        def below(prefix: str) -> list[dict[str, str]]:
            return [
                {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": oid}
                for ref, oid in refs.items()
                if ref.startswith(prefix)
            ]

        named = {"branches": below("refs/heads/"), "tags": below("refs/tags/")}
        return Answer.of(named | {"converts": [], "pullRequests": below("refs/pr/")})

    def settings(self, body: bytes, name: str) -> Answer:
        repo, asked = self._repo(name), json.loads(body)
        repo.gated = asked.get("gated", repo.gated)
        repo.private = asked.get("visibility", "private" if repo.private else "") == "private"
        return Answer.of({})

    def tag(self, body: bytes, name: str, revision: str) -> Answer:
        ref = f"refs/tags/{json.loads(body)['tag']}"
        if ref in self._repo(name).refs:
            raise RefusedError(409, "Conflict")
        self._repo(name).refs[ref] = self._commit(name, revision).oid
        return Answer.of({})

    def discussions(self, body: bytes, name: str) -> Answer:
        pulls = self._repo(name).pulls
        return Answer.of({"discussions": pulls, "count": len(pulls), "start": 0})

    # Files

    def tree(self, body: bytes, name: str, revision: str, folder: str | None = None) -> Answer:
        prefix = f"{folder}/" if folder else ""
        entries: dict[str, dict[str, Any]] = {}
        for path, blob in sorted(self._commit(name, revision).tree.items()):
            if not path.startswith(prefix):
                continue
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts)):
                sub = prefix + "/".join(parts[:depth])
                entries[sub] = {"type": "directory", "path": sub, "oid": "0" * 40, "size": 0}
            entries[path] = _entry(path, blob)
        if folder and not entries:
            raise RefusedError(404, "EntryNotFound")
        deep = self.query.get("recursive", ["false"])[0].lower() in ("true", "1")
        shown = [
            entry for path, entry in entries.items() if deep or "/" not in path.removeprefix(prefix)
        ]
        return Answer.of(shown)

    def paths_info(self, body: bytes, name: str, revision: str) -> Answer:
        as_json = "json" in self.headers.get("Content-Type", "")
        asked = json.loads(body)["paths"] if as_json else parse_qs(body.decode()).get("paths", [])
        tree = self._commit(name, revision).tree
        found = [_entry(path, tree[path]) for path in asked if path in tree]
        found += [
            {"type": "directory", "path": path, "oid": "0" * 40, "size": 0}
            for path in asked
            if any(file.startswith(f"{path}/") for file in tree)
        ]
        return Answer.of(found)

    def resolve(self, body: bytes, name: str, revision: str, path: str) -> Answer:
        commit = self._commit(name, revision)
        blob = commit.tree.get(path)
        if blob is None:
            raise RefusedError(404, "EntryNotFound", **{"X-Repo-Commit": commit.oid})
        etag = blob["sha256"] if blob["lfs"] else blob["oid"]
        headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(blob["size"])}
        if blob["xet"]:
            refresh = f"{self.hub.address}/api/datasets/{name}/xet-read-token/{commit.oid}"
            headers |= {"X-Xet-Hash": blob["xet"], "Link": f'<{refresh}>; rel="xet-auth"'}
        data, status = self.hub.bytes_of(blob), 200
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if asked and self.command == "GET":
            start = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
            end = min(int(asked[2]) if asked[1] and asked[2] else len(data) - 1, len(data) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            data, status = data[start : end + 1], 206
        return Answer(data, headers, status, "application/octet-stream")

    # Commits

    def preupload(self, body: bytes, name: str, revision: str) -> Answer:
        tree = self._commit(name, revision).tree
        return Answer.of(
            {
                "files": [
                    {
                        "path": file["path"],
                        "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                        "shouldIgnore": False,
                        "oid": _remote_oid(tree.get(file["path"])),
                    }
                    for file in json.loads(body)["files"]
                ]
            }
        )

    def commit(self, body: bytes, name: str, revision: str) -> Answer:
        repo, lines = self._repo(name), [json.loads(line) for line in body.splitlines()]
        header, ref = lines[0]["value"], f"refs/heads/{revision}"
        if header.get("parentCommit", repo.refs[ref]) != repo.refs[ref]:
            raise RefusedError(412, "A commit has happened since.")
        tree = dict(repo.commits[repo.refs[ref]].tree)
        for line in lines[1:]:
            self._apply(tree, line["key"], line["value"])
        pull = None
        if "create_pr" in self.query:
            number = len(repo.pulls) + 1
            pull = f"{self.hub.address}/datasets/{name}/discussions/{number}"
            repo.pulls.append(
                {
                    "title": header["summary"],
                    "num": number,
                    "author": {"name": "someone"},
                    "createdAt": DATE,
                    "status": "open",
                    "isPullRequest": True,
                    "repo": {"name": name, "type": "dataset"},
                }
            )
            base, ref = repo.refs[ref], f"refs/pr/{number}"
            repo.refs[ref] = base
        made = repo.commit(ref, tree, header["summary"])
        url = f"{self.hub.address}/datasets/{name}/commit/{made.oid}"
        return Answer.of(
            {"success": True, "commitUrl": url, "commitOid": made.oid, "pullRequestUrl": pull}
        )

    def _apply(self, tree: Tree, key: str, value: dict[str, Any]) -> None:
        if key == "file":
            tree[value["path"]] = self.hub.store(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            tree[value["path"]] = self._large(value["oid"])
        elif key == "deletedFile":
            del tree[value["path"]]

    def _large(self, sha256: str) -> Blob:
        """Return an uploaded file; refuse a pointer to a missing one."""
        xet = None
        if sha256 in self.hub.objects:
            size = len(self.hub.objects[sha256])
        elif sha256 in (stored := self.hub.xet_files()):
            xet, size = stored[sha256]
        else:
            raise RefusedError(400, "The pointer leads to no file.")
        oid = hashlib.sha1(f"pointer {sha256} {size}".encode()).hexdigest()
        return {"oid": oid, "size": size, "sha256": sha256, "lfs": True, "xet": xet}

    # Uploads

    def xet_token(self, body: bytes, name: str, use: str) -> Answer:
        if use == "write" or self._repo(name).private:
            self._authorise()
        expires, where = int(time.time()) + 3600, f"local://{self.hub.storage}"
        if use == "write" and self.hub.storage_fault:
            where = f"{self.hub.address}{STORAGE}"
        return Answer.of(
            {"casUrl": where, "accessToken": "x", "exp": expires},
            **{"X-Xet-Cas-Url": where, "X-Xet-Access-Token": "x"},
            **{"X-Xet-Token-Expiration": str(expires)},
        )

    def lfs_batch(self, body: bytes, name: str) -> Answer:
        objects = [self._upload_of(item) for item in json.loads(body)["objects"]]
        return Answer.of({"transfer": "multipart", "objects": objects})

    def _upload_of(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return where to upload an object: whole, or in parts if it is long."""
        oid, size = item["oid"], item["size"]
        if oid in self.hub.objects:
            return {"oid": oid, "size": size}
        at = f"{self.hub.address}/lfs/{oid}"
        upload: dict[str, Any] = {"href": f"{at}?X-Amz-Signature=signed"}
        if size > PART_BYTES:
            n_parts = -(-size // PART_BYTES)
            parts = {f"{number:05d}": f"{at}/{number}" for number in range(1, n_parts + 1)}
            upload = {
                "href": f"{at}/complete",
                "header": {"chunk_size": str(PART_BYTES)} | parts,
            }
        verify = {"href": f"{at}/verify"}
        return {"oid": oid, "size": size, "actions": {"upload": upload, "verify": verify}}

    def lfs_put(self, body: bytes, oid: str, part: str | None) -> Answer:
        if part:
            self.hub.parts.setdefault(oid, {})[int(part)] = body
        else:
            self._keep(oid, body)
        return Answer.of({}, ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def lfs_complete(self, body: bytes, oid: str) -> Answer:
        self._keep(oid, b"".join(data for _, data in sorted(self.hub.parts[oid].items())))
        return Answer.of({})

    def _keep(self, oid: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != oid:
            raise RefusedError(400, "The bytes are not those of the object.")
        self.hub.objects[oid] = data

    def lfs_verify(self, body: bytes, oid: str) -> Answer:
        if oid not in self.hub.objects:
            raise RefusedError(404, "ObjectNotFound")
        return Answer.of({})


def _pointer(blob: Blob) -> dict[str, Any]:
    return {"oid": blob["sha256"], "sha256": blob["sha256"], "size": blob["size"], "pointerSize": 1}


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    entry = {"type": "file", "path": path, "size": blob["size"], "oid": blob["oid"]}
    if blob["lfs"]:
        entry["lfs"] = _pointer(blob)
    return entry | ({"xetHash": blob["xet"]} if blob["xet"] else {})


def _remote_oid(blob: Blob | None) -> str | None:
    if blob is None:
        return None
    return str(blob["sha256"] if blob["lfs"] else blob["oid"])


@contextmanager
def running_hub(storage: Path) -> Iterator[Hub]:
    """Run a hub on a free port of the loopback."""
    hub = Hub(storage)
    handler = type("HubHandler", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
