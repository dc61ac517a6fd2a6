"""
What an operator does: `16-observe.py tidy` takes a permission from the function Predict, as by hand in the
console, and `put-back` gives it back. `alarm serving/capture-failures` says whether that alarm rang since,
`logs "fields @message"` asks Logs Insights about the log of Predict since then, `try` watches an alarm
in silence and under requests, `wait 4` waits.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from account import client

DESK = Path("answers")
KEPT, SINCE = DESK / "16-policy.json", DESK / "16-since.txt"
iam, logs, cloudwatch = client("iam"), client("logs"), client("cloudwatch")


def policy() -> dict[str, str]:
    [role] = [
        role["RoleName"] for role in iam.list_roles()["Roles"] if "PredictServiceRole" in role["RoleName"]
    ]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return {"RoleName": role, "PolicyName": name}


def put(document: dict[str, object]) -> None:
    iam.put_role_policy(**policy(), PolicyDocument=json.dumps(document))
    SINCE.write_text(str(time.time()))


def tidy() -> None:
    DESK.mkdir(exist_ok=True)
    document = iam.get_role_policy(**policy())["PolicyDocument"]
    KEPT.write_text(json.dumps(document))
    kept = [each for each in document["Statement"] if each["Action"] != "firehose:PutRecord"]
    put({**document, "Statement": kept})
    print(f"{len(document['Statement']) - len(kept)} statement fewer")


def put_back() -> None:
    put(json.loads(KEPT.read_text()))


def changed() -> float:
    return float(SINCE.read_text()) if SINCE.exists() else 0.0


def alarm(what: str) -> int:
    name = f"mlkit/{what}"
    [found] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")
    states = [
        json.loads(item["HistoryData"])["newState"]
        for item in items["AlarmHistoryItems"]
        if item["Timestamp"].timestamp() >= changed()
    ]
    rang = [state["stateReason"] for state in states if state["stateValue"] == "ALARM"]
    print(f"{name} rang: {rang[0]}" if rang else f"{name} has not rung")
    print(found["AlarmDescription"])
    return 0 if rang else 1


def query(text: str) -> None:
    groups = logs.describe_log_groups(logGroupNamePrefix="mlkit-serving-PredictLogs")["logGroups"]
    asked = logs.start_query(
        logGroupNames=[group["logGroupName"] for group in groups],
        startTime=int(changed()),
        endTime=int(time.time()) + 1,
        queryString=text,
    )
    while (answer := logs.get_query_results(queryId=asked["queryId"]))["status"] in ("Scheduled", "Running"):
        time.sleep(0.5)
    for row in answer["results"]:
        print("  ".join(each["value"] for each in row if each["field"] != "@ptr"))
    counts = {name: int(value) for name, value in answer["statistics"].items()}
    found, lines = len(answer["results"]), counts["recordsScanned"]
    print(f"{found} of {lines} lines, {counts['bytesScanned']} bytes scanned")


def state(name: str, hoped: str, meanwhile: Callable[[], object]) -> str:
    """The state of an alarm as soon as it is the one hoped for, or after ten seconds."""
    until = time.monotonic() + 10
    while True:
        meanwhile()
        found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if not found:
            return "no such alarm"
        if found[0]["StateValue"] == hoped or time.monotonic() > until:
            return str(found[0]["StateValue"])


def watched(what: str) -> None:
    ask = [sys.executable, str(Path(__file__).with_name("12-client.py")), "request.json"]
    name = f"mlkit/{what}"
    print("in silence   ", state(name, "ALARM", lambda: time.sleep(0.5)))
    print("with requests", state(name, "OK", lambda: subprocess.run(ask, check=True, capture_output=True)))
    chapter = f"## {what}\n" in Path("lib/serving/runbook.md").read_text()
    print("runbook      ", "found" if chapter else "without a chapter")


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "wait":
        sys.exit(time.sleep(float(given[0])))
    commands = {"tidy": tidy, "put-back": put_back, "alarm": alarm, "logs": query, "try": watched}
    sys.exit(commands[what](*given))
