"""Decisions of IAM in a run, each once, without names that differ in the next run.

A recording is a file of JSON lines: a header, then one decision per line. `python -m engine.audit.recording
.rehearsal` writes the recordings of the newest passed run of each scenario."""

import argparse
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from engine import journal
from engine.audit.names import Names
from engine.audit.policies import Call, Policies
from engine.audit.templates import Templates, statements

# The scenario's user: scripts/rehearse/client-role.ts.
_CLIENT = "rehearsal-client"
_FOLDER = Path("engine/tests/audit/recording")


@dataclass(frozen=True)
class Recording:
    """`client`: statements of the scenario's user; `decisions`: each call with whether it was allowed."""

    scenario: str
    profile: str
    seconds: int
    client: list[dict[str, Any]]
    decisions: dict[Call, bool]

    def write(self, folder: Path = _FOLDER) -> Path:
        header = {key: value for key, value in vars(self).items() if key != "decisions"}
        lines = (
            [who, action, resource, "Allow" if allowed else "Deny", json.loads(context)]
            for (who, action, resource, context), allowed in sorted(
                (astuple(call), allowed) for call, allowed in self.decisions.items()
            )
        )
        path = folder / self.profile / f"{self.scenario}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(line)}\n" for line in (header, *lines)))
        return path


def read(folder: Path = _FOLDER) -> list[Recording]:
    return [_read(path) for path in sorted(folder.glob("*/*.jsonl"))]


def _read(path: Path) -> Recording:
    header, *lines = (json.loads(line) for line in path.read_text().split("\n") if line)
    decisions = {
        Call(who, action, resource, _text(context)): decision == "Allow"
        for who, action, resource, decision, context in lines
    }
    return Recording(**header, decisions=decisions)


def of_run(run_dir: Path) -> Recording:
    """The recording of a finished run, from its own folder."""
    summary = json.loads((run_dir / "summary.json").read_text())
    templates = Templates.read(run_dir / "cdk.out")
    names, client = Names(templates), _client(run_dir)
    keys = _condition_keys([s.body for s in Policies(templates).statements] + client)
    decisions: dict[Call, bool] = {}
    for line in journal.read(run_dir / journal.AUDIT):
        who = line["principal"].partition("/")[0]
        role = names.role(who)
        # The deploying role, and principals that a test adds, have policies that are not in the templates.
        if role is None and who != _CLIENT and not who.endswith(".amazonaws.com"):
            continue
        context = {
            key: names.fold(value) if isinstance(value, str) else value
            for key, value in line.get("context", {}).items()
            if key.lower() in keys
        }
        call = Call(role.id if role else who, line["action"], names.fold(line["resource"]), _text(context))
        allowed = line["decision"] == "Allow"
        if decisions.setdefault(call, allowed) != allowed:
            raise ValueError(
                f"{run_dir}: {call} was decided both ways; what tells them apart is not recorded"
            )
    return Recording(
        summary["scenario"], summary["profile"], round(summary["durationSeconds"]), client, decisions
    )


def newest(runs: Path) -> list[Path]:
    """
    Newest passed run of each scenario and profile. `denied` is left out, because it plays without a grant, as
    are runs of several scenarios, because their calls cannot be assigned to one.
    """
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(runs.glob("*/summary.json")):
        told = json.loads(path.read_text())
        scenario = told["scenario"]
        alone = scenario != "denied" and "," not in scenario
        if told["status"] == "passed" and alone and not path.parent.is_symlink():
            found[scenario, told["profile"]] = path.parent
    return list(found.values())


def _text(context: dict[str, Any]) -> str:
    return json.dumps(context, sort_keys=True)


def _client(run_dir: Path) -> list[dict[str, Any]]:
    evidence = json.loads((run_dir / "evidence.json").read_text())
    if "clientPolicy" not in evidence:
        raise ValueError(f"{run_dir} does not hold its user's policy: rehearse that scenario again")
    return statements(evidence["clientPolicy"])


def _condition_keys(bodies: list[dict[str, Any]]) -> set[str]:
    """Lower case, as IAM compares them."""
    return {
        key.lower() for body in bodies for block in (body.get("Condition") or {}).values() for key in block
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.audit.recording", description=__doc__)
    parser.add_argument("runs", type=Path, help="folder of runs, such as .rehearsal")
    for run_dir in newest(parser.parse_args().runs):
        try:
            made = of_run(run_dir)
        except ValueError as error:
            print(f"not recorded: {error}")
        else:
            print(f"{made.write()}: {len(made.decisions)} decisions of {run_dir.name}")


if __name__ == "__main__":
    main()
