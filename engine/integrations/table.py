"""The optimized integrations: calls, waiting, error names, and further permissions of the role.

Sources: the Step Functions Developer Guide, "Optimized integrations" (one page per service), for waiting,
output and error names; the permissions of `.sync` are those of its "IAM policies for integrated services"
pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

Params = Mapping[str, Any]
# Further (action, resource) pairs that the integration needs of the state machine's role.
Permissions = Callable[[Params, str], list[tuple[str, str]]]


@dataclass(frozen=True)
class Wait:
    """How a `.sync` task follows what it started. `key` maps the describe call's members to their source."""

    describe: str
    key: Callable[[Params, Params], dict[str, Any]]
    status: Callable[[Params], str]
    succeeded: frozenset[str]
    failed: frozenset[str]
    stop: str
    stop_key: Callable[[Params, Params], dict[str, Any]]
    # Some describe calls wrap the resource: GetJobRun answers {"JobRun": {...}}.
    inside: str | None = None
    # A `.sync:2` answer has the child's output as JSON instead of text.
    json_output: str | None = None


@dataclass(frozen=True)
class Integration:
    """`service` is botocore's name; `unmodeled` is the error class of codes outside of its model."""

    service: str
    operation: str
    prefix: str
    unmodeled: str
    wait: Wait | None = None
    permissions: Permissions = field(default=lambda params, prefix: [])
    # SDK metadata members appear in the results of these integrations only.
    with_metadata: bool = False


def _managed_rule(rule: str) -> list[tuple[str, str]]:
    """Step Functions is notified of a `.sync` job's end by a rule that it creates with the machine's role."""
    arn = f"arn:aws:events:us-east-1:123456789012:rule/{rule}"
    return [(f"events:{action}", arn) for action in ("PutTargets", "PutRule", "DescribeRule")]


def _sagemaker_job(noun: str) -> Integration:
    def permissions(params: Params, prefix: str) -> list[tuple[str, str]]:
        # Step Functions tags every job it starts, so a grant without AddTags fails although the
        # machine's author passes no tags: https://github.com/aws/aws-cdk/issues/26012
        arn = f"{prefix}:{xform_name(noun, '-')}/{str(params.get(name, '')).lower()}"
        # StepFunctionsGetEventsForSageMakerTuningJobsRule is that of a HyperParameterTuningJob.
        rule = f"StepFunctionsGetEventsForSageMaker{noun.removeprefix('HyperParameter')}sRule"
        return [("sagemaker:AddTags", arn), *_managed_rule(rule)]

    def key(params: Params, answer: Params) -> dict[str, Any]:
        return {name: params[name]}

    name = f"{noun}Name"
    wait = Wait(
        describe=f"Describe{noun}",
        key=key,
        status=lambda job: str(job[f"{noun}Status"]),
        succeeded=frozenset({"Completed"}),
        failed=frozenset({"Failed", "Stopped"}),
        stop=f"Stop{noun}",
        stop_key=key,
    )
    return Integration(
        "sagemaker", f"Create{noun}", "SageMaker", "AmazonSageMakerException", wait, permissions
    )


_GLUE_RUN = Wait(
    describe="GetJobRun",
    key=lambda params, answer: {"JobName": params["JobName"], "RunId": answer["JobRunId"]},
    inside="JobRun",
    status=lambda run: str(run["JobRunState"]),
    succeeded=frozenset({"SUCCEEDED"}),
    failed=frozenset({"FAILED", "ERROR", "TIMEOUT", "STOPPED", "EXPIRED"}),
    stop="BatchStopJobRun",
    stop_key=lambda params, answer: {"JobName": params["JobName"], "JobRunIds": [answer["JobRunId"]]},
)
_CHILD_EXECUTION = Wait(
    describe="DescribeExecution",
    key=lambda params, answer: {"executionArn": answer["executionArn"]},
    status=lambda execution: str(execution["status"]),
    succeeded=frozenset({"SUCCEEDED"}),
    failed=frozenset({"FAILED", "TIMED_OUT", "ABORTED"}),
    stop="StopExecution",
    stop_key=lambda params, answer: {"executionArn": answer["executionArn"]},
    json_output="output",
)


_JOBS = ("TrainingJob", "ProcessingJob", "HyperParameterTuningJob", "TransformJob")
_ITEMS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")

OPTIMIZED: Mapping[str, Integration] = {
    "glue:startJobRun": Integration("glue", "StartJobRun", "Glue", "AWSGlueException", _GLUE_RUN),
    **{f"sagemaker:create{noun}": _sagemaker_job(noun) for noun in _JOBS},
    **{
        f"dynamodb:{operation[0].lower()}{operation[1:]}": Integration(
            "dynamodb", operation, "DynamoDB", "AmazonDynamoDBException", with_metadata=True
        )
        for operation in _ITEMS
    },
    "events:putEvents": Integration("events", "PutEvents", "EventBridge", "AmazonEventBridgeException"),
    "lambda:invoke": Integration("lambda", "Invoke", "Lambda", "AWSLambdaException", with_metadata=True),
    "sns:publish": Integration("sns", "Publish", "SNS", "AmazonSNSException", with_metadata=True),
    "sqs:sendMessage": Integration("sqs", "SendMessage", "SQS", "AmazonSQSException", with_metadata=True),
    "states:startExecution": Integration(
        "stepfunctions",
        "StartExecution",
        "StepFunctions",
        "AWSStepFunctionsException",
        _CHILD_EXECUTION,
        lambda params, prefix: _managed_rule("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
    ),
}

# `aws-sdk:` names of services whose botocore name differs.
SDK_SERVICES: Mapping[str, str] = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "sagemakerruntime": "sagemaker-runtime",
}
