"""
Runs a JSONata state machine against scripted task answers: reads
{"definition", "input", "answers": {state: [{"result"} | {"error", "cause"}, ...]}} and prints
{"path", "calls": [{"state", "resource", "arguments"}], "output" | "error"}.
The last answer of a state repeats. Waits and retry delays take no time.
"""

import hashlib
import json
import sys
from typing import Any

import jsonata  # type: ignore[import-untyped]

Json = dict[str, Any]

EXECUTION = {
    "Id": "arn:aws:states:us-east-1:123456789012:execution:Machine:run-1",
    "Name": "run-1",
    "RedriveCount": 0,
}


class TaskError(Exception):
    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.output = {"Error": error, "Cause": cause}


def evaluate(value: Any, scope: Json) -> Any:
    if isinstance(value, dict):
        return {key: evaluate(part, scope) for key, part in value.items()}
    if isinstance(value, list):
        return [evaluate(part, scope) for part in value]
    if not (isinstance(value, str) and value.startswith("{%") and value.endswith("%}")):
        return value
    source = value[2:-2].strip()
    found = run(source, scope)
    # An undefined result fails an execution; null does not.
    if found is None and not run(f"$exists(({source}))", scope):
        raise TaskError("States.QueryEvaluationError", f"undefined: {source}")
    return found


def run(source: str, scope: Json) -> Any:
    expression = jsonata.Jsonata(source)
    # What Step Functions adds to JSONata, as far as the kit uses it.
    expression.register_lambda("hash", lambda text, kind: hashlib.new(kind, text.encode()).hexdigest())
    expression.register_lambda("parse", json.loads)
    bindings = jsonata.Jsonata.jsonata("1").create_frame()
    for name, bound in scope.items():
        bindings.bind(name, bound)
    try:
        return json.loads(json.dumps(expression.evaluate(None, bindings)))
    except Exception as problem:
        raise TaskError("States.QueryEvaluationError", f"{problem} in {source}") from problem


class Machine:
    def __init__(self, answers: dict[str, list[Json]]) -> None:
        self.answers = answers
        self.path: list[str] = []
        self.calls: list[Json] = []

    def walk(self, definition: Json, given: Any, variables: Json, item: Any = None) -> Any:
        name: str = definition["StartAt"]
        while True:
            self.path.append(name)
            if len(self.path) > 500:
                raise TaskError("Test.Endless", " ".join(self.path[-6:]))
            state = definition["States"][name]
            entered = {"Name": name, "EnteredTime": "2026-01-01T00:00:00Z", "RetryCount": 0}
            context = {"Execution": EXECUTION, "State": entered, "Map": {"Item": {"Value": item}}}
            states = {"input": given, "context": context}
            try:
                following, given = self.enter(name, state, states, variables)
            except TaskError as failure:
                following = self.catch(state, failure, states, variables)
            if following is None:
                return given
            name = following

    def enter(self, name: str, state: Json, states: Json, variables: Json) -> tuple[str | None, Any]:
        def scope() -> Json:
            return {"states": states, **variables}

        kind, output = state["Type"], states["input"]
        chosen = state
        if kind == "Task":
            arguments = evaluate(state["Arguments"], scope())
            self.calls.append({"state": name, "resource": state["Resource"], "arguments": arguments})
            output = states["result"] = self.answer(name, state)
        elif kind == "Map" and "ItemReader" in state:
            output = states["result"] = self.distribute(name, state, scope())
        elif kind == "Map":
            items = evaluate(state["Items"], scope())
            each = state["ItemProcessor"]
            output = states["result"] = [self.walk(each, item, dict(variables), item) for item in items]
        elif kind == "Choice":
            met = (rule for rule in state["Choices"] if evaluate(rule["Condition"], scope()))
            chosen = next(met, {"Next": state["Default"]})
        elif kind == "Fail":
            raise TaskError(evaluate(state["Error"], scope()), evaluate(state["Cause"], scope()))
        assigned = evaluate(chosen.get("Assign", {}), scope())
        if "Output" in state:
            output = evaluate(state["Output"], scope())
        variables.update(assigned)
        return chosen.get("Next"), output

    def distribute(self, name: str, state: Json, scope: Json) -> Json:
        """A distributed map: the state's answer is what its reader lists. Children see no variables."""
        for part in ("ItemReader", "ResultWriter"):
            arguments = evaluate(state[part]["Arguments"], scope)
            self.calls.append({"state": name, "resource": state[part]["Resource"], "arguments": arguments})
        items, batcher = self.answer(name, state), state["ItemBatcher"]
        size, failed = batcher["MaxItemsPerBatch"], 0
        for start in range(0, len(items), size):
            batch = {
                "Items": items[start : start + size],
                "BatchInput": evaluate(batcher["BatchInput"], scope),
            }
            try:
                self.walk(state["ItemProcessor"], batch, {})
            except TaskError:
                failed += len(batch["Items"])
        if failed * 100 > state["ToleratedFailurePercentage"] * len(items):
            raise TaskError(
                "States.ExceedToleratedFailureThreshold", f"{failed} of {len(items)} items failed"
            )
        return {"MapRunArn": "arn:map-run", "ResultWriterDetails": {"Key": "manifest.json"}}

    def answer(self, name: str, state: Json) -> Any:
        queue = self.answers.setdefault(name, [{"result": {}}])
        for attempt in range(100):
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
            if "result" in answer:
                return answer["result"]
            retriers = [r for r in state.get("Retry", []) if matches(r["ErrorEquals"], answer["error"])]
            if not retriers or attempt >= retriers[0]["MaxAttempts"]:
                raise TaskError(answer["error"], answer.get("cause", ""))
        raise AssertionError(name)

    def catch(self, state: Json, failure: TaskError, states: Json, variables: Json) -> str:
        for catcher in state.get("Catch", []):
            if matches(catcher["ErrorEquals"], failure.output["Error"]):
                states["errorOutput"] = failure.output
                variables.update(evaluate(catcher.get("Assign", {}), {"states": states, **variables}))
                return str(catcher["Next"])
        raise failure


def matches(patterns: list[str], error: str) -> bool:
    if error in patterns or "States.ALL" in patterns:
        return True
    return "States.TaskFailed" in patterns and error not in ("States.Timeout", "States.QueryEvaluationError")


def main() -> None:
    request = json.load(sys.stdin)
    machine = Machine(request["answers"])
    try:
        end: Json = {"output": machine.walk(request["definition"], request["input"], {})}
    except TaskError as failure:
        end = {"error": failure.output}
    print(json.dumps({"path": machine.path, "calls": machine.calls, **end}))


if __name__ == "__main__":
    main()
