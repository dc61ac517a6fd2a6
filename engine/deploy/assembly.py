"""Reads a cloud assembly (cdk.out): stacks in dependency order, and their assets."""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The oldest time a zip can hold; the same for every file, so that equal contents make equal archives.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Asset:
    """One file of an asset manifest, with its destination in the bootstrap bucket."""

    path: Path
    zipped: bool
    bucket: str
    key: str

    def body(self) -> bytes:
        return zip_folder(self.path) if self.zipped and self.path.is_dir() else self.path.read_bytes()


@dataclass(frozen=True)
class Stack:
    """A stack artifact. `after` are the names of the stacks it needs."""

    name: str
    template: Path
    after: tuple[str, ...]
    parameters: dict[str, str]
    tags: dict[str, str]


class Assembly:
    def __init__(self, folder: Path, account: str, region: str) -> None:
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise FileNotFoundError(f"{folder} is not a cloud assembly: run `npm run synth` first.")
        self._folder, self._account, self._region = folder, account, region
        self._artifacts: dict[str, Any] = json.loads(manifest.read_text())["artifacts"]

    def stacks(self, only: Iterable[str] = ()) -> list[Stack]:
        """Every stack, or `only` those named and what they need, each after what it needs."""
        found = {stack.name: stack for stack in self._all_stacks()}
        wanted = list(only) or list(found)
        unknown = sorted(set(wanted) - set(found))
        if unknown:
            raise KeyError(f"No stack {', '.join(unknown)} in {self._folder}; there are: {', '.join(found)}.")
        ordered: dict[str, Stack] = {}

        def visit(name: str) -> None:
            for needed in found[name].after:
                visit(needed)
            ordered.setdefault(name, found[name])

        for name in wanted:
            visit(name)
        return list(ordered.values())

    def assets(self) -> list[Asset]:
        """The file assets of every manifest, templates included, each once."""
        assets: dict[str, Asset] = {}
        for artifact in self._artifacts.values():
            if artifact["type"] != "cdk:asset-manifest":
                continue
            manifest = json.loads((self._folder / artifact["properties"]["file"]).read_text())
            if manifest.get("dockerImages"):
                raise ValueError(f"{artifact['properties']['file']} has docker images: not rehearsed.")
            for asset in manifest.get("files", {}).values():
                self._add(assets, asset)
        return list(assets.values())

    def _add(self, assets: dict[str, Asset], asset: dict[str, Any]) -> None:
        source = asset["source"]
        if "path" not in source:
            raise ValueError(f"An asset is built by {source.get('executable')}: not rehearsed.")
        for destination in asset["destinations"].values():
            bucket, key = self._fill(destination["bucketName"]), self._fill(destination["objectKey"])
            path = self._folder / source["path"]
            assets[f"{bucket}/{key}"] = Asset(path, source.get("packaging") == "zip", bucket, key)

    def _all_stacks(self) -> list[Stack]:
        names = {
            artifact_id: artifact.get("properties", {}).get("stackName", artifact_id)
            for artifact_id, artifact in self._artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        }
        return [
            Stack(
                name=name,
                template=self._folder / self._artifacts[artifact_id]["properties"]["templateFile"],
                after=tuple(
                    names[needed]
                    for needed in self._artifacts[artifact_id].get("dependencies", [])
                    if needed in names
                ),
                parameters=self._artifacts[artifact_id]["properties"].get("parameters", {}),
                tags=self._artifacts[artifact_id]["properties"].get("tags", {}),
            )
            for artifact_id, name in names.items()
        ]

    def _fill(self, text: str) -> str:
        """Environment-agnostic assemblies leave account and Region to the deployment."""
        values = {
            "${AWS::AccountId}": self._account,
            "${AWS::Region}": self._region,
            "${AWS::Partition}": "aws",
        }
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        return text


def zip_folder(folder: Path) -> bytes:
    """The folder as a zip whose bytes depend on names, modes and contents only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
