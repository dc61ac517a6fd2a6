"""The quotas of a new account in us-east-1, from the file that the command `doctor` reads too."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from botocore.loaders import Loader

_FACTS = Path(__file__).parents[2] / "facts" / "quotas.json"

# Instance types of each use in the API; a new account has a quota for every one of them, mostly 0.
_TYPES = {
    "{type} for training job usage": "TrainingInstanceType",
    "{type} for spot training job usage": "TrainingInstanceType",
    "{type} for processing job usage": "ProcessingInstanceType",
    "{type} for endpoint usage": "ProductionVariantInstanceType",
    "{type} for transform job usage": "TransformInstanceType",
}


@dataclass(frozen=True)
class Quota:
    """`applied` is the account's value, `default` is AWS's default."""

    service: str
    name: str
    code: str
    default: float
    applied: float


def fresh_account() -> Mapping[str, int]:
    """SageMaker's quotas by name; others are 0."""
    known = json.loads(_FACTS.read_text())["quotas"]
    return {quota["name"]: quota["default"] for quota in known if quota["service"] == "sagemaker"}


def quotas(granted: Mapping[str, int]) -> list[Quota]:
    """Every quota of the account; granted values replace those of SageMaker."""
    facts = json.loads(_FACTS.read_text())
    found = {quota["name"]: quota for quota in facts["quotas"]}
    for family in facts["families"]:
        for name in _names(family["name"]):
            found.setdefault(name, family)
    return [
        Quota(
            quota["service"],
            name,
            quota.get("code") or _stand_in(name),
            quota["default"],
            granted.get(name, quota.get("newAccount", quota["default"])),
        )
        for name, quota in found.items()
    ]


def _stand_in(name: str) -> str:
    """A code for a quota without a published one: callers must find it by name, as on AWS."""
    return f"L-{sha256(name.encode()).hexdigest()[:8].upper()}"


def _names(family: str) -> Iterator[str]:
    model = Loader().load_service_model("sagemaker", "service-2")
    for instance_type in model["shapes"][_TYPES[family]]["enum"]:
        yield family.replace("{type}", instance_type)
