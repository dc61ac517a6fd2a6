"""Downloads that no package manager does for us. In Python because its urllib honours HTTPS_PROXY.


fetch.py jars <jars.json> <folder>       Maven artefacts, pinned by sha256
fetch.py csv <sdist> <folder>            the CSV files below data/ of a source package
fetch.py serving <sdist> <folder>        the Python files of the serving library in SageMaker's XGBoost image
"""

import compileall
import hashlib
import io
import json
import os
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# Maven's own default.
MAVEN_CENTRAL = "https://repo1.maven.org/maven2"
ATTEMPTS = 3


def download(url: str) -> bytes:
    """The body of `url`; server errors are retried, a missing file is not."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == ATTEMPTS:
                sys.exit(f"{url}: HTTP {error.code} {error.reason}")
        except OSError as error:
            if attempt == ATTEMPTS:
                sys.exit(f"{url}: {error}")
        time.sleep(attempt)
    raise AssertionError("unreachable")


def fetch_jars(lock: Path, folder: Path) -> None:
    """Puts the jars of the lock into `folder` and removes others, because Spark loads every jar there."""
    repository = os.environ.get("MAVEN_REPOSITORY", MAVEN_CENTRAL).rstrip("/")
    jars = {PurePosixPath(jar["path"]).name: jar for jar in json.loads(lock.read_text())["jars"]}
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name not in jars:
            stale.unlink()
    for name, jar in jars.items():
        target = folder / name
        if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == jar["sha256"]:
            continue
        print(name, flush=True)
        body = download(f"{repository}/{jar['path']}")
        found = hashlib.sha256(body).hexdigest()
        if found != jar["sha256"]:
            sys.exit(f"sha256 of {repository}/{jar['path']} is {found}, expected {jar['sha256']}")
        partial = target.with_suffix(".partial")
        partial.write_bytes(body)
        partial.rename(target)


def files_of(sdist: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Path and content of each file of a source package."""
    with tarfile.open(sdist) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield PurePosixPath(member.name), content.read()


def extract_csv(sdist: Path, folder: Path) -> None:
    """Unpacks the tables, including one that is zipped inside the archive."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, body in files_of(sdist):
        if path.parent.name != "data":
            continue
        if path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(body)) as inner:
                (folder / path.stem).write_bytes(inner.read(path.stem))
        else:
            (folder / path.name).write_bytes(body)


def extract_serving(sdist: Path, folder: Path) -> None:
    """Copies the package sagemaker_containers to `folder`, unbuilt: its C extension is for MPI."""
    package = folder / "sagemaker_containers"
    for path, body in files_of(sdist):
        _, top, *rest = path.parts if len(path.parts) > 1 else ("", "")
        inside = PurePosixPath(*rest[1:]) if top == "src" and rest else PurePosixPath("etc", *rest)
        if top not in ("src", "etc") or inside.suffix not in (".py", ".template"):
            continue
        target = package / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    # The image patches the same line, because Python removed this name in 3.10.
    mapping = package / "_mapping.py"
    mapping.write_text(mapping.read_text().replace("collections.Mapping", "collections.abc.Mapping"))
    compileall.compile_dir(package, quiet=1)


if __name__ == "__main__":
    command, source, target = sys.argv[1:]
    {"jars": fetch_jars, "csv": extract_csv, "serving": extract_serving}[command](Path(source), Path(target))
