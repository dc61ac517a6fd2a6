"""Static checks of what the emulator does not enforce: deliveries between services, trust, and the key
policy."""

import json
import re
from collections.abc import Iterator
from typing import Any

from engine.audit.grants import granted, matches
from engine.audit.templates import Resource, Templates, listed, statements

Problem = dict[str, str]

# (type, property holding the role, service that assumes it)
_ROLE_USERS = (
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "apigateway.amazonaws.com"),
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    ("AWS::Glue::Job", "Role", "glue.amazonaws.com"),
    ("AWS::Lambda::Function", "Role", "lambda.amazonaws.com"),
    ("AWS::SageMaker::Model", "ExecutionRoleArn", "sagemaker.amazonaws.com"),
    ("AWS::StepFunctions::StateMachine", "RoleArn", "states.amazonaws.com"),
)


def check(templates: Templates) -> list[Problem]:
    """Every problem found: {"subject": resource id, "problem": sentence}."""
    return [
        *_rule_targets(templates),
        *_schedules(templates),
        *_api_methods(templates),
        *_topic_policies(templates),
        *_trust(templates),
        *_key_policies(templates),
    ]


def _rule_targets(templates: Templates) -> Iterator[Problem]:
    for rule in templates.of_type("AWS::Events::Rule"):
        for target in rule.properties.get("Targets", []):
            found = templates.target(rule.stack, target.get("Arn"))
            if found is None:
                continue
            if found.type == "AWS::Lambda::Function" and not _permitted(
                templates, found, "events.amazonaws.com", rule
            ):
                yield _problem(rule, f"no Lambda permission lets events.amazonaws.com invoke {found.id}")
            if found.type == "AWS::StepFunctions::StateMachine":
                yield from _started_by(templates, rule, target, found, "events.amazonaws.com")
            if found.type == "AWS::SQS::Queue" and not _queue_takes(
                templates, found, "events.amazonaws.com", rule
            ):
                yield _problem(rule, f"no queue policy lets events.amazonaws.com send to {found.id}")
            dead_letters = templates.target(rule.stack, target.get("DeadLetterConfig", {}).get("Arn"))
            if dead_letters is not None and not _queue_takes(
                templates, dead_letters, "events.amazonaws.com", rule
            ):
                yield _problem(rule, f"no queue policy lets events.amazonaws.com send to {dead_letters.id}")


def _schedules(templates: Templates) -> Iterator[Problem]:
    for schedule in templates.of_type("AWS::Scheduler::Schedule"):
        target = schedule.properties.get("Target", {})
        found = templates.target(schedule.stack, target.get("Arn"))
        if found is not None and found.type == "AWS::StepFunctions::StateMachine":
            yield from _started_by(templates, schedule, target, found, "scheduler.amazonaws.com")


def _started_by(
    templates: Templates, source: Resource, target: dict[str, Any], machine: Resource, service: str
) -> Iterator[Problem]:
    role = templates.target(source.stack, target.get("RoleArn"))
    if role is None:
        yield _problem(source, f"starts {machine.id} without a role")
        return
    if not any(matches(action, "states:StartExecution") for action in granted(templates)[role.id]):
        yield _problem(source, f"its role {role.id} may not states:StartExecution")
    if service not in _trusted(role):
        yield _problem(source, f"its role {role.id} does not trust {service}")


def _api_methods(templates: Templates) -> Iterator[Problem]:
    for method in templates.of_type("AWS::ApiGateway::Method"):
        integration = method.properties.get("Integration", {})
        # Fn::GetAtt of the function stands inside the URI.
        for found in templates.targets(method.stack, integration.get("Uri")):
            if found.type == "AWS::Lambda::Function" and not _permitted(
                templates, found, "apigateway.amazonaws.com"
            ):
                yield _problem(
                    method, f"no Lambda permission lets apigateway.amazonaws.com invoke {found.id}"
                )


def _topic_policies(templates: Templates) -> Iterator[Problem]:
    for topic in templates.of_type("AWS::SNS::Topic"):
        for sender in sorted(_senders(templates, topic)):
            if not _takes(templates, topic, f"{sender}.amazonaws.com", "AWS::SNS::TopicPolicy", "Topics"):
                yield _problem(topic, f"no topic policy lets {sender}.amazonaws.com publish")


def _trust(templates: Templates) -> Iterator[Problem]:
    users: list[tuple[Resource, Any, str]] = [
        (resource, resource.properties.get(member), service)
        for type_name, member, service in _ROLE_USERS
        for resource in templates.of_type(type_name)
    ]
    for stream in templates.of_type("AWS::KinesisFirehose::DeliveryStream"):
        destination = stream.properties.get("ExtendedS3DestinationConfiguration", {})
        users.append((stream, destination.get("RoleARN"), "firehose.amazonaws.com"))
    users += _passed(templates)
    for resource, reference, service in users:
        role = templates.target(resource.stack, reference)
        if role is not None and role.type == "AWS::IAM::Role" and service not in _trusted(role):
            yield _problem(resource, f"its role {role.id} does not trust {service}")


def _passed(templates: Templates) -> Iterator[tuple[Resource, Any, str]]:
    """(policy, role it lets pass, service it may be passed to)."""
    for policy in templates.of_type("AWS::IAM::Policy"):
        for statement in statements(policy.properties.get("PolicyDocument")):
            service = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
            if "iam:PassRole" in listed(statement.get("Action")) and service is not None:
                yield from ((policy, role, service) for role in listed(statement.get("Resource")))


def _key_policies(templates: Templates) -> Iterator[Problem]:
    for key in templates.of_type("AWS::KMS::Key"):
        trusted = _principals(key.properties.get("KeyPolicy"))
        for principal, resource in _services_using(templates, key):
            if not any(name == principal or name.startswith(f"{principal}.") for name in trusted):
                yield _problem(
                    resource, f"{principal}.amazonaws.com uses {key.id}, whose policy does not allow it"
                )


def _services_using(templates: Templates, key: Resource) -> Iterator[tuple[str, Resource]]:
    """(service principal without domain, resource) pairs that call KMS as a service, not as their caller."""

    def encrypted(resource: Resource, member: str) -> bool:
        return templates.target(resource.stack, resource.properties.get(member)) == key

    for group in templates.of_type("AWS::Logs::LogGroup"):
        if encrypted(group, "KmsKeyId"):
            yield "logs", group
    for trail in templates.of_type("AWS::CloudTrail::Trail"):
        if encrypted(trail, "KMSKeyId"):
            yield "cloudtrail", trail
    for topic in templates.of_type("AWS::SNS::Topic"):
        if encrypted(topic, "KmsMasterKeyId"):
            yield from ((service, topic) for service in _senders(templates, topic))
    for queue in templates.of_type("AWS::SQS::Queue"):
        if encrypted(queue, "KmsMasterKeyId"):
            yield from ((service, queue) for service in _senders(templates, queue))


def _senders(templates: Templates, receiver: Resource) -> set[str]:
    """Service principals that publish to a topic or queue on their own account."""
    kinds = {
        "AWS::Budgets::Budget": "budgets",
        "AWS::CloudWatch::Alarm": "cloudwatch",
        "AWS::CloudWatch::CompositeAlarm": "cloudwatch",
        "AWS::Events::Rule": "events",
        "AWS::Scheduler::Schedule": "scheduler",
        "AWS::SNS::Subscription": "sns",
    }
    # A queue that a topic feeds is written by SNS; a topic is not written by its own subscriptions.
    if receiver.type == "AWS::SNS::Topic":
        del kinds["AWS::SNS::Subscription"]
    return {
        kinds[resource.type]
        for resource in templates.of_type(*kinds)
        if receiver in templates.targets(resource.stack, resource.properties)
    }


def _permitted(
    templates: Templates, function: Resource, service: str, source: Resource | None = None
) -> bool:
    return any(
        permission.properties.get("Principal") == service
        and templates.target(permission.stack, permission.properties.get("FunctionName")) == function
        and (source is None or _lets(templates, permission, permission.properties.get("SourceArn"), source))
        for permission in templates.of_type("AWS::Lambda::Permission")
    )


def _queue_takes(templates: Templates, queue: Resource, service: str, source: Resource) -> bool:
    return _takes(templates, queue, service, "AWS::SQS::QueuePolicy", "Queues", source)


def _takes(
    templates: Templates,
    receiver: Resource,
    service: str,
    policy_type: str,
    member: str,
    source: Resource | None = None,
) -> bool:
    """Whether a policy bound to the receiver allows the service, on behalf of the source if there is one."""
    for policy in templates.of_type(policy_type):
        if receiver not in (templates.target(policy.stack, bound) for bound in policy.properties[member]):
            continue
        for statement in statements(policy.properties.get("PolicyDocument")):
            conditions = statement.get("Condition", {})
            arn = {**conditions.get("ArnEquals", {}), **conditions.get("ArnLike", {})}.get("aws:SourceArn")
            if service in _principals({"Statement": [statement]}, full=True) and (
                source is None or _lets(templates, policy, arn, source)
            ):
                return True
    return False


def _lets(templates: Templates, policy: Resource, source_arn: Any, source: Resource) -> bool:
    """Whether a condition on the source, absent or naming it or the names of its stack, lets it through."""
    if source_arn is None or templates.target(policy.stack, source_arn) == source:
        return True
    # CloudFormation names a rule after its stack: `mlkit-etl-<logical id>-<random>`.
    prefix = re.search(r":rule/([\w-]+)\*\"", json.dumps(source_arn))
    return prefix is not None and f"{source.stack}-".startswith(prefix[1])


def _trusted(role: Resource) -> set[str]:
    return _principals(role.properties.get("AssumeRolePolicyDocument"), full=True)


def _principals(document: Any, full: bool = False) -> set[str]:
    """Service principals that a policy allows; by their first label, or with their domain when `full`.

    A Regional principal (`logs.<region>.amazonaws.com`) is a Fn::Join in an environment-agnostic template."""
    names: set[str] = set()
    for statement in statements(document):
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        for service in listed(principal.get("Service") if isinstance(principal, dict) else None):
            text = (
                service
                if isinstance(service, str)
                else json.dumps(service).replace('{"Fn::Join": ["", ["', "")
            )
            names.add(text if full else text.split(".")[0])
    return names


def _problem(resource: Resource, problem: str) -> Problem:
    return {"subject": resource.id, "problem": problem}
