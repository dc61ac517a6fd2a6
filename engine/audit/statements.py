"""`python -m engine.audit.statements cdk.out`: finds the recorded calls that detect the removal of a
statement.

Each statement of the templates is removed alone; a recorded decision that changes from Allow detects it
(`calls`). The command `grants` adds the static checks of edges, and lists undetected statements that are not
in unexercised.json, the list of grants that AWS needs and the emulator cannot exercise. Prints one JSON
object."""

import argparse
import fnmatch
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.audit import recording
from engine.audit.policies import Call, Policies, Statement
from engine.audit.recording import Recording
from engine.audit.templates import Templates

_LIST = Path(__file__).with_name("unexercised.json")


@dataclass(frozen=True)
class Row:
    """One kind of grant of the list: `actions` of statements whose holders match a pattern of `holders`.

    A statement is listed when rows cover all of its actions, because the CDK merges statements about the same
    resource."""

    holders: tuple[str, ...]
    actions: frozenset[str]
    effect: str
    why: str
    emulator: str
    source: str

    def speaks_of(self, statement: Statement) -> bool:
        return (
            self.effect == statement.body.get("Effect", "Allow")
            and not self.actions.isdisjoint(statement.actions)
            and any(fnmatch.fnmatchcase(h, p) for h in statement.holders for p in self.holders)
        )


def unexercised() -> list[Row]:
    return [_row(**row) for row in json.loads(_LIST.read_text())]


def _row(holders: list[str], actions: list[str], effect: str = "Allow", **texts: str) -> Row:
    return Row(tuple(holders), frozenset(actions), effect, **texts)


def disagreements(templates: Templates, recordings: Iterable[Recording]) -> list[str]:
    """Recorded decisions that the complete policies of the templates decide differently. Calls by roles of a
    stack that is not in the templates are left out: an opt-in room was on in the run and is off here."""
    found = []
    for record in recordings:
        policies = Policies(templates, record.client)
        found += [
            f"{record.scenario}: {call.principal} {call.action} on {call.resource} was "
            f"{'allowed' if allowed else 'denied'}, and the policies say otherwise"
            for call, allowed in record.decisions.items()
            if templates.has_stack_of(call.principal) and policies.allows(call) != allowed
        ]
    return found


def removals(
    templates: Templates, recordings: list[Recording]
) -> list[tuple[Statement, dict[str, list[Call]]]]:
    """Every statement with the calls that detect its removal, by scenario, fastest first."""
    policies = Policies(templates)
    # For a profile that was not played, only calls that its own policies allow are counted.
    played = {
        record.scenario: [
            call
            for call, allowed in record.decisions.items()
            if allowed and policies.known(call.principal) and policies.allows(call)
        ]
        for record in sorted(recordings, key=lambda record: record.seconds)
    }
    found = []
    for statement in policies.statements:
        calls = {
            scenario: [
                call
                for call in asked
                if policies.concerns(statement, call) and not policies.allows(call, without=statement)
            ]
            for scenario, asked in played.items()
        }
        found.append((statement, {scenario: missed for scenario, missed in calls.items() if missed}))
    return found


def listing(statement: Statement, rows: list[Row]) -> list[Row]:
    """The rows that account for a statement; none when one of its actions is in no row."""
    found = [row for row in rows if row.speaks_of(statement)]
    covered = frozenset().union(*(row.actions for row in found))
    return found if covered.issuperset(statement.actions) else []


def report(templates: Templates, recordings: list[Recording], rows: list[Row]) -> dict[str, Any]:
    """`rows`: indices of the list's rows that account for a statement."""
    started = time.monotonic()
    entries = []
    used: set[int] = set()
    for statement, missed in removals(templates, recordings):
        listed = listing(statement, rows)
        used.update(rows.index(row) for row in listed)
        entries.append(
            {
                "id": statement.id,
                "stack": statement.stack,
                "path": list(statement.path),
                "kind": statement.kind,
                "holders": list(statement.holders),
                "effect": statement.body.get("Effect", "Allow"),
                "actions": list(statement.actions),
                "calls": {
                    scenario: sorted({(call.principal, call.action) for call in calls})
                    for scenario, calls in missed.items()
                },
                "listed": [row.why for row in listed],
            }
        )
    return {
        "seconds": round(time.monotonic() - started, 1),
        "decisions": {record.scenario: len(record.decisions) for record in recordings},
        "statements": entries,
        "rows": sorted(used),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.audit.statements", description=__doc__)
    parser.add_argument("assembly", type=Path)
    parser.add_argument("--profile", default="sandbox", help="profile that the assembly was made with")
    options = parser.parse_args()
    templates, recordings = Templates.read(options.assembly.resolve()), recording.read()
    own = [record for record in recordings if record.profile == options.profile]
    made = report(templates, recordings, unexercised())
    print(json.dumps({**made, "disagreements": disagreements(templates, own)}, indent=1))


if __name__ == "__main__":
    main()
