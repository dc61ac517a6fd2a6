"""
Whether your DataLake, as `npx cdk diff` synthesized it last, is the deployed one and one rule more: objects
of the bucket Artifacts below athena-results/ expire after 7 days.
"""

import json
import sys
from pathlib import Path
from typing import Any

from account import client

STACK, BUCKET = "mlkit-data-lake", "Artifacts82DD59A1"
WANTED = {"Prefix": "athena-results/", "ExpirationInDays": 7, "Status": "Enabled"}


def judge(deployed: dict[str, Any], yours: dict[str, Any]) -> list[str]:
    """The faults; none where the task is done."""
    before, after = rules(deployed), rules(yours)
    faults = [f"a rule of Artifacts is gone: {json.dumps(rule)}" for rule in before if rule not in after]
    added = [rule for rule in after if rule not in before]
    # A rule may have a name, which S3 would otherwise choose.
    unnamed = [{key: value for key, value in rule.items() if key != "Id"} for rule in added]
    if unnamed != [WANTED]:
        faults.append(f"Artifacts must get {json.dumps([WANTED])}, and gets {json.dumps(unnamed)}")
    for template in (deployed, yours):
        del template["Resources"][BUCKET]["Properties"]["LifecycleConfiguration"]
    return faults + [f"{place} was changed, too" for place in differences(deployed, yours)]


def rules(template: dict[str, Any]) -> list[dict[str, Any]]:
    properties = template["Resources"][BUCKET]["Properties"]
    found: list[dict[str, Any]] = properties["LifecycleConfiguration"]["Rules"]
    return found


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [place]
    # CDKMetadata is the CDK's own record of the constructs in use.
    keys = sorted({*one, *other} - {"CDKMetadata"})
    return [found for key in keys for found in differences(one.get(key), other.get(key), f"{place}/{key}")]


if __name__ == "__main__":
    faults = judge(
        client("cloudformation").get_template(StackName=STACK)["TemplateBody"],
        json.loads(Path("cdk.out/DataLake.template.json").read_text()),
    )
    print("\n".join(faults or ["one rule more, and nothing else"]))
    sys.exit(1 if faults else 0)
