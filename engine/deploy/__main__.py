"""`python -m engine.deploy up|down --assembly cdk.out --endpoint URL [--only STACK]`.

Prints one JSON line per stack: {"stack", "status", "seconds", "resources", "reason"?}; exits 1 when one
failed."""

import argparse
import json
import sys
from pathlib import Path

from engine.deploy.stacks import Deployment


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.deploy", description=__doc__)
    parser.add_argument("command", choices=["up", "down"])
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--only", action="append", default=[], metavar="STACK")
    options = parser.parse_args()
    deployment = Deployment(options.assembly.resolve(), options.endpoint)
    operate = deployment.up if options.command == "up" else deployment.down
    failed = False
    for result in operate(options.only):
        print(json.dumps(result), flush=True)
        failed = failed or "reason" in result
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
