"""Seam: a distributed map reads its items, batches them, starts child executions and writes their results
under the machine's role. The emulator reads within its process, has no ItemBatcher and no ResultWriter, and
evaluates no JSONata in the state's fields.

Source: Step Functions Developer Guide, "Using Map state in Distributed mode" and its pages on ItemReader,
ItemBatcher, ResultWriter and IAM policies; other definitions are refused."""

import contextvars
import copy
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from engine.emulator import pinned

Json = dict[str, Any]
# (execution, resource of the integration, arguments) -> result; raises the emulator's error.
Call = Callable[[Json, str, Any], Any]
# (execution, action, resource) -> the denial's text, or None.
Check = Callable[[Json, str, str], str | None]

_INPUT_LIMIT = 262_144  # bytes of a child execution's input: a Step Functions quota
_REHEARSED = {
    *(
        "Type",
        "Comment",
        "Label",
        "ItemReader",
        "ItemSelector",
        "ItemBatcher",
        "ItemProcessor",
        "ResultWriter",
    ),
    *("MaxConcurrency", "ToleratedFailurePercentage", "Retry", "Catch", "Assign", "Output", "Next", "End"),
}


def install(call: Call, check: Check) -> None:
    sfn = pinned.module("services.stepfunctions")

    def run(state: Json, raw_input: Any, effective: Any, iterator: Json, execution: Json, ctx: Json) -> Any:
        return _MapRun(sfn, call, check, state, raw_input, execution, ctx).run()

    sfn._run_distributed_map = run
    _name_map_runs.install()


@pinned.replaces("core.iam_actions:extract_resource_arn")
def _name_map_runs(original: Any, service: str, *request: Any) -> Any:
    """A grant of DescribeMapRun applies to map runs; the emulator has no resource for the call."""
    # Method, path and headers come before the body.
    body = request[3]
    if service == "states" and b'"mapRunArn"' in (body or b""):
        return json.loads(body)["mapRunArn"]
    return original(service, *request)


class _MapRun:
    def __init__(
        self, sfn: Any, call: Call, check: Check, state: Json, raw_input: Any, execution: Json, ctx: Json
    ) -> None:
        self.sfn, self.call, self.check = sfn, call, check
        self.state, self.raw_input, self.execution, self.ctx = state, raw_input, execution, ctx
        self.machine: str = execution["stateMachineArn"]
        name = self.machine.rpartition(":")[2]
        label = state.get("Label") or uuid.uuid4().hex
        self.prefix = self.machine.rpartition(":stateMachine:")[0]
        self.child_machine, self.label = f"{self.machine}/{label}", f"{name}/{label}"
        self.arn = f"{self.prefix}:mapRun:{self.label}:{uuid.uuid4()}"
        self.lock = threading.Lock()

    def run(self) -> Any:
        sfn, state = self.sfn, self.state
        unknown = state.keys() - _REHEARSED
        if unknown or sfn._state_query_language(state, self.ctx) != "JSONata" or "ItemReader" not in state:
            raise self.error(
                "States.Runtime", f"not rehearsed in a distributed map: {sorted(unknown) or 'JSONPath'}"
            )
        items = [self.selected(item, index) for index, item in enumerate(self.listed())]
        batches = list(self.batched(items))
        tolerated = self.field("ToleratedFailurePercentage", 0)
        record = self.record(len(items), len(batches), tolerated)
        sfn._map_runs[self.arn] = record
        with ThreadPoolExecutor(max_workers=int(self.field("MaxConcurrency", 0)) or 64) as pool:
            # Each child gets a context, because two threads cannot enter one.
            started = [
                pool.submit(contextvars.copy_context().run, self.child, record, batch, size)
                for batch, size in batches
            ]
            children = [future.result() for future in started]
        result: Any = {"MapRunArn": self.arn}
        if "ResultWriter" in state:
            result["ResultWriterDetails"] = self.written(children, record)
        else:
            result = [json.loads(child["output"]) for child in children if child["output"] is not None]
        failed = record["itemCounts"]["failed"]
        exceeded = failed * 100 > tolerated * len(items)
        record.update(status="FAILED" if exceeded else "SUCCEEDED", stopDate=sfn.now_iso())
        if exceeded:
            raise self.error(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )
        output = sfn._apply_jsonata_output(state, self.raw_input, self.ctx, result=result, default=result)
        sfn._apply_state_assign(state, self.raw_input, self.ctx, result=result)
        return output, sfn._next_or_end(state)

    def listed(self) -> list[Any]:
        """All pages of the reader's items."""
        reader = self.state["ItemReader"]
        resource, arguments = reader["Resource"], self.evaluated(reader.get("Arguments", {}))
        if not resource.endswith(":s3:listObjectsV2") or "ReaderConfig" in reader:
            raise self.error(
                "States.Runtime", f"not rehearsed as the reader of a distributed map: {resource}"
            )
        found: list[Any] = []
        while True:
            try:
                page = self.call(self.execution, "arn:aws:states:::aws-sdk:s3:listObjectsV2", arguments)
            except self.sfn._ExecutionError as error:
                raise self.error("States.ItemReaderFailed", error.cause) from error
            found += [
                {
                    "Etag": each["ETag"],
                    "Key": each["Key"],
                    "LastModified": int(datetime.fromisoformat(each["LastModified"]).timestamp()),
                    "Size": each["Size"],
                    "StorageClass": each.get("StorageClass", "STANDARD"),
                }
                for each in page.get("Contents", [])
            ]
            if not page.get("IsTruncated"):
                return found
            arguments = {**arguments, "ContinuationToken": page["NextContinuationToken"]}

    def selected(self, item: Any, index: int) -> Any:
        if "ItemSelector" not in self.state:
            return item
        context = {**self.ctx, "Map": {"Item": {"Index": index, "Value": item}}}
        return self.sfn._apply_jsonata_template(self.state["ItemSelector"], self.raw_input, context)

    def batched(self, items: list[Any]) -> Iterator[tuple[Any, int]]:
        """The input of each child execution, with its number of items."""
        batcher = self.state.get("ItemBatcher")
        if batcher is None:
            yield from ((item, 1) for item in items)
            return
        if batcher.keys() - {"MaxItemsPerBatch", "BatchInput"}:
            raise self.error("States.Runtime", f"not rehearsed in an ItemBatcher: {sorted(batcher)}")
        size, given = int(batcher["MaxItemsPerBatch"]), self.evaluated(batcher.get("BatchInput", {}))
        for start in range(0, len(items), size):
            batch = {"Items": items[start : start + size], **({"BatchInput": given} if given else {})}
            if len(json.dumps(batch).encode()) > _INPUT_LIMIT:
                raise self.error(
                    "States.DataLimitExceeded", f"a batch of {size} items is larger than an input may be"
                )
            yield batch, len(batch["Items"])

    def child(self, record: Json, given: Any, size: int) -> Json:
        """Runs one child execution to its end, under the same role. It cannot read its parent's variables."""
        sfn, name = self.sfn, str(uuid.uuid4())
        child = {
            **{"executionArn": f"{self.prefix}:execution:{self.label}:{name}", "name": name},
            **{"stateMachineArn": self.child_machine, "mapRunArn": self.arn, "status": "RUNNING"},
            **{"startDate": sfn.now_iso(), "stopDate": None, "input": json.dumps(given), "output": None},
            **{"inputDetails": {"included": True}, "outputDetails": {"included": True}, "events": []},
            **{"testCase": self.execution.get("testCase"), "mockAttempts": {}},
        }
        sfn._executions[child["executionArn"]] = child
        self.count(record, size, pending=-1, running=1)
        context = {
            **{key: copy.deepcopy(self.ctx[key]) for key in ("QueryLanguage", "StateMachine")},
            "Execution": {
                "Id": child["executionArn"],
                "Input": given,
                "Name": name,
                "StartTime": child["startDate"],
            },
            "variables": {},
        }
        processor = self.state["ItemProcessor"]
        try:
            denied = self.check(self.execution, "states:StartExecution", self.machine)
            if denied is not None:
                raise self.error("States.TaskFailed", denied)
            output = sfn._run_sub_machine(processor["States"], processor["StartAt"], given, child, context)
            child.update(status="SUCCEEDED", output=json.dumps(output))
            self.count(record, size, running=-1, succeeded=1)
        except sfn._ExecutionError as error:
            child.update(status="FAILED", error=error.error, cause=error.cause)
            self.count(record, size, running=-1, failed=1)
        child["stopDate"] = sfn.now_iso()
        return child

    def written(self, children: list[Json], record: Json) -> Json:
        """Result files by status with a manifest, below a folder of the run."""
        writer = self.state["ResultWriter"]
        arguments = self.evaluated(writer["Arguments"])
        folder = f"{arguments['Prefix']}/{self.arn.rpartition(':')[2]}"
        files: Json = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status in ("FAILED", "SUCCEEDED"):
            described = [_exported(child) for child in children if child["status"] == status]
            if described:
                key = f"{folder}/{status}_0.json"
                files[status].append({"Key": key, "Size": self.put(arguments["Bucket"], key, described)})
        record["itemCounts"]["resultsWritten"] = record["itemCounts"]["total"]
        record["executionCounts"]["resultsWritten"] = len(children)
        manifest = {"DestinationBucket": arguments["Bucket"], "MapRunArn": self.arn, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        self.put(arguments["Bucket"], key, manifest)
        return {"Bucket": arguments["Bucket"], "Key": key}

    def put(self, bucket: str, key: str, content: Any) -> int:
        text = json.dumps(content)
        try:
            arguments = {"Bucket": bucket, "Key": key, "Body": text}
            self.call(self.execution, "arn:aws:states:::aws-sdk:s3:putObject", arguments)
        except self.sfn._ExecutionError as error:
            raise self.error("States.ResultWriterFailed", error.cause) from error
        return len(text.encode())

    def record(self, items: int, batches: int, tolerated: float) -> Json:
        states = (
            "pending",
            "running",
            "succeeded",
            "failed",
            "timedOut",
            "aborted",
            "total",
            "resultsWritten",
        )
        zero = dict.fromkeys((*states, "failuresNotRedrivable", "pendingRedrive"), 0)
        return {
            **{"mapRunArn": self.arn, "executionArn": self.execution["executionArn"], "status": "RUNNING"},
            **{"startDate": self.sfn.now_iso(), "maxConcurrency": int(self.field("MaxConcurrency", 0))},
            **{"toleratedFailurePercentage": tolerated, "toleratedFailureCount": 0, "redriveCount": 0},
            "itemCounts": {**zero, "total": items, "pending": items},
            "executionCounts": {**zero, "total": batches, "pending": batches},
            "_stateMachineArn": self.child_machine,
        }

    def count(self, record: Json, size: int, **changes: int) -> None:
        with self.lock:
            for name, change in changes.items():
                record["itemCounts"][name] += change * size
                record["executionCounts"][name] += change

    def evaluated(self, value: Any) -> Any:
        return self.sfn._apply_jsonata_template(value, self.raw_input, self.ctx)

    def field(self, name: str, default: float) -> float:
        value = self.evaluated(self.state.get(name, default))
        return float(value)

    def error(self, name: str, cause: str) -> Exception:
        return self.sfn._ExecutionError(name, cause)


def _exported(child: Json) -> Json:
    """An execution in the form of a result file."""
    shown = {
        **{"ExecutionArn": child["executionArn"], "Name": child["name"], "Status": child["status"]},
        **{
            "StateMachineArn": child["stateMachineArn"],
            "Input": child["input"],
            "InputDetails": {"Included": True},
        },
        **{"StartDate": _instant(child["startDate"]), "StopDate": _instant(child["stopDate"])},
    }
    if child["status"] == "SUCCEEDED":
        return {**shown, "Output": child["output"], "OutputDetails": {"Included": True}}
    return {**shown, "Error": child["error"], "Cause": child["cause"]}


def _instant(value: Any) -> str:
    return value if isinstance(value, str) else datetime.fromtimestamp(float(value), UTC).isoformat()
