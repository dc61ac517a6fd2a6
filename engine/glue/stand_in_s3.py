"""The part of S3 for Spark's warm-up, in memory: the emulator must neither see nor audit it."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_NOW = "2013-01-01T00:00:00.000Z"


@contextmanager
def stand_in_s3() -> Iterator[str]:
    """The endpoint of a store that exists during the block."""
    objects: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"objects": objects}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _tag(body: bytes) -> str:
    # The client compares it with the hash of its data.
    return md5(body, usedforsecurity=False).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """Objects by their path, `/bucket/key`."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    @property
    def _name(self) -> str:
        return unquote(urlsplit(self.path).path)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._answer(200, self._listing(query.get("prefix", [""])[0], "delimiter" in query))
        elif self._name not in self.objects:
            self._answer(404)
        else:
            body = self.objects[self._name]
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            end = len(body) - 1
            first, last = (int(asked[1]), min(int(asked[2] or end), end)) if asked else (0, end)
            place = f"bytes {first}-{last}/{len(body)}" if asked else ""
            self._answer(206 if asked else 200, body[first : last + 1], place, _tag(body))

    do_HEAD = do_GET  # noqa: N815

    def do_PUT(self) -> None:
        body = self._body()
        source = self.headers.get("x-amz-copy-source")
        if source:
            self.objects[self._name] = self.objects["/" + unquote(source).lstrip("/")]
            tag = _tag(self.objects[self._name])
            copied = (
                f"<CopyObjectResult><LastModified>{_NOW}</LastModified><ETag>{tag}</ETag></CopyObjectResult>"
            )
            self._answer(200, copied.encode())
        else:
            self.objects[self._name] = body
            self._answer(200, tag=_tag(body))

    def do_POST(self) -> None:
        bucket = self._name.rstrip("/")
        for key in re.findall(r"<Key>(.*?)</Key>", self._body().decode()):
            self.objects.pop(f"{bucket}/{key}", None)
        self._answer(200, b"<DeleteResult/>")

    def do_DELETE(self) -> None:
        self.objects.pop(self._name, None)
        self._answer(204)

    def _listing(self, prefix: str, folders: bool) -> bytes:
        bucket = self._name.rstrip("/") + "/"
        keys = sorted(name.removeprefix(bucket) for name in self.objects if name.startswith(bucket + prefix))
        below = {key: key[len(prefix) :].partition("/") for key in keys}
        inside = {prefix + head + "/" for head, slash, _ in below.values() if slash and folders}
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_NOW}</LastModified>"
            f"<ETag>{_tag(self.objects[bucket + key])}</ETag>"
            f"<Size>{len(self.objects[bucket + key])}</Size></Contents>"
            for key, (_, slash, _) in below.items()
            if not (slash and folders)
        )
        common = "".join(f"<CommonPrefixes><Prefix>{escape(i)}</Prefix></CommonPrefixes>" for i in inside)
        told = f"<IsTruncated>false</IsTruncated>{contents}{common}"
        return f"<ListBucketResult>{told}</ListBucketResult>".encode()

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.headers.get("x-amz-content-sha256", "").startswith("STREAMING"):
            return body
        # Signed chunks: a line with the length in hexadecimal, then that number of bytes.
        whole = b""
        while body:
            head, _, rest = body.partition(b"\r\n")
            length = int(head.partition(b";")[0], 16)
            whole, body = whole + rest[:length], rest[length + 2 :]
        return whole

    def _answer(self, status: int, body: bytes = b"", place: str = "", tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", f'"{tag}"')
        self.send_header("Last-Modified", formatdate(0, usegmt=True))
        if place:
            self.send_header("Content-Range", place)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests of the warm-up are not logged."""
