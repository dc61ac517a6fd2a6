"""facts/resource-kinds.json names operations, members and inputs that the services have."""

import json
from pathlib import Path

import botocore.session
import pytest

KINDS = json.loads(Path("facts/resource-kinds.json").read_text())["kinds"]
# Clients of the JavaScript SDK that botocore calls otherwise.
SERVICES = {
    "api-gateway": "apigateway",
    "application-auto-scaling": "application-autoscaling",
    "cloudwatch-logs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}
LISTED = {
    kind: row["listed"] for kind, row in KINDS.items() if row.get("listed", {}).get("by", "apart") != "apart"
}


@pytest.fixture(scope="module")
def session():
    return botocore.session.get_session()


def member(shape, path):
    for name in path.split("."):
        assert name in shape.members, f"{shape.name} has no member {name}"
        shape = shape.members[name]
    return shape


@pytest.mark.parametrize("kind", LISTED)
def test_a_list_is_read_as_its_service_answers_it(kind, session):
    row = LISTED[kind]
    client, operation = row["by"].split(":")
    model = session.get_service_model(SERVICES.get(client, client)).operation_model(operation)
    for name in [*row.get("input", {}), *([row["after"]] if "after" in row else [])]:
        member(model.input_shape, name)
    for name in [row["in"]] if isinstance(row["in"], str) else row["in"]:
        item = member(model.output_shape, name).member
        if "name" not in row:
            assert item.type_name == "string"
        for path in [row[key] for key in ("name", "id") if key in row] + [*row.get("gone", {})]:
            member(item, path)
