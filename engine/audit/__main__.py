"""`python -m engine.audit --run-dir DIR --assembly cdk.out`: prints one JSON object about a run's
permissions.

allowed: number of allowed decisions of roles and users; denied: the refused ones, each with its count;
unused: actions that a role was granted and did not need; unproven: granted actions that the emulator never
checks; notRehearsed: accepted but not carried out."""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from engine.audit.grants import unused
from engine.audit.templates import Templates
from engine.journal import AUDIT, NOT_REHEARSED, read


def report(run_dir: Path, assembly: Path) -> dict[str, Any]:
    decisions = [line for line in read(run_dir / AUDIT) if line["principal"] != "root"]
    denied = Counter(
        (line["principal"], line["action"], line["resource"], line["reason"])
        for line in decisions
        if line["decision"] == "Deny"
    )
    templates = Templates.read(assembly)
    return {
        "allowed": sum(line["decision"] == "Allow" for line in decisions),
        "denied": [
            {"principal": who, "action": action, "resource": resource, "reason": reason, "times": times}
            for (who, action, resource, reason), times in sorted(denied.items())
        ],
        **unused(templates, decisions),
        "notRehearsed": read(run_dir / NOT_REHEARSED),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.audit", description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    options = parser.parse_args()
    print(json.dumps(report(options.run_dir, options.assembly.resolve()), indent=2))


if __name__ == "__main__":
    main()
