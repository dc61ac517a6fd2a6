"""The warehouse: what CloudFormation makes, who may log in, and what a statement goes through."""

import time

import pytest

from engine.host import ApiError
from engine.services.service import Caller, called_by
from engine.warehouse import RedshiftData, RedshiftServerless
from engine.warehouse.database import answered

NAMES = {"NamespaceName": "kit", "WorkgroupName": "kit"}


class Host:
    endpoint, region, account = "http://127.0.0.1:1", "us-east-1", "123456789012"

    def __init__(self, reader="caller"):
        self.reader, self.assumed = reader, []

    def keys_of(self, arn):
        return {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}

    def credentials(self, role, session):
        self.assumed.append(role)
        return self.keys_of(role)

    def unknown(self, name):
        return self.reader


def session(role="analyst"):
    return Caller(
        f"arn:aws:sts::123456789012:assumed-role/{role}/me", "123456789012", "us-east-1", lambda *_: None
    )


@pytest.fixture
def serverless():
    return RedshiftServerless(Host())


@pytest.fixture
def data(serverless):
    serverless.call("CreateNamespace", {"namespaceName": "kit", "manageAdminPassword": True})
    serverless.call("CreateWorkgroup", {"namespaceName": "kit", "workgroupName": "kit", "baseCapacity": 4})
    return RedshiftData(Host(), serverless)


@pytest.fixture
def ask(data):
    """Runs a statement to its end and answers what DescribeStatement says of it."""

    def run(sql, who=None, **more):
        with called_by(who or session()):
            started = data.call(
                "ExecuteStatement", {"Sql": sql, "WorkgroupName": "kit", "Database": "dev", **more}
            )
            assert started["Id"]
            while True:
                described = data.call("DescribeStatement", {"Id": started["Id"]})
                if described["Status"] not in {"SUBMITTED", "STARTED"}:
                    return described
                time.sleep(0.01)

    return run


def secret(serverless):
    return serverless.call("GetNamespace", {"namespaceName": "kit"})["namespace"]["adminPasswordSecretArn"]


def test_ref_is_the_name_and_the_arn_ends_in_an_id(serverless):
    types = serverless.types
    name, namespace = types["AWS::RedshiftServerless::Namespace"].create("N", NAMES, "stack")
    assert (name, namespace["Namespace.DbName"], namespace["Namespace.Status"]) == ("kit", "dev", "AVAILABLE")
    # CloudFormation hands numbers over as text, too.
    props = {**NAMES, "BaseCapacity": "4", "MaxCapacity": 8, "Tags": [{"Key": "kit", "Value": "kit"}]}
    name, workgroup = types["AWS::RedshiftServerless::Workgroup"].create("W", props, "stack")
    assert (name, workgroup["Workgroup.BaseCapacity"]) == ("kit", "4")
    assert not workgroup["Workgroup.WorkgroupArn"].endswith("workgroup/kit")


def test_a_namespace_gets_an_admin_later_and_keeps_it(serverless):
    serverless.call("CreateNamespace", {"namespaceName": "kit"})
    for _ in range(2):
        serverless.call("UpdateNamespace", {"namespaceName": "kit", "manageAdminPassword": True})
    assert serverless.kept["namespace"]["kit"]["adminUsername"] == "admin"
    first = secret(serverless)
    serverless.call("UpdateNamespace", {"namespaceName": "kit", "manageAdminPassword": True})
    assert secret(serverless) == first


def test_a_workgroup_goes_before_its_namespace(serverless, data):
    kinds = serverless.types
    with pytest.raises(ApiError, match="Namespace kit has a workgroup"):
        kinds["AWS::RedshiftServerless::Namespace"].delete("kit", NAMES)
    kinds["AWS::RedshiftServerless::Workgroup"].delete("kit", NAMES)
    kinds["AWS::RedshiftServerless::Namespace"].delete("kit", NAMES)
    kinds["AWS::RedshiftServerless::Namespace"].delete("kit", NAMES)


def test_a_change_of_the_namespace_cannot_keep_the_workgroups_name(serverless, data):
    workgroup = serverless.types["AWS::RedshiftServerless::Workgroup"]
    with pytest.raises(ApiError, match="custom-named resource requires replacing"):
        workgroup.update("kit", NAMES, {**NAMES, "NamespaceName": "other"}, "stack")
    same, attributes = workgroup.update("kit", NAMES, {**NAMES, "MaxCapacity": "16"}, "stack")
    assert (same, attributes["Workgroup.MaxCapacity"]) == ("kit", "16")


def test_cloudformation_must_be_allowed_to_pass_the_role_and_to_make_the_secret(serverless):
    props = {**NAMES, "IamRoles": ["arn:role"], "ManageAdminPassword": True}
    calls = serverless.types["AWS::RedshiftServerless::Namespace"].calls("create", "N", "", {}, props)
    assert [action for action, _, _ in calls] == [
        "redshift-serverless:CreateNamespace",
        "redshift-serverless:GetNamespace",
        "iam:PassRole",
        *(f"secretsmanager:{verb}Secret" for verb in ("Create", "Describe", "Rotate")),
        "secretsmanager:TagResource",
    ]


@pytest.mark.parametrize(("base", "most"), [(5, 8), (8, 4), (2, None)])
def test_only_some_capacities_exist(serverless, base, most):
    serverless.call("CreateNamespace", {"namespaceName": "kit"})
    capacity = {"baseCapacity": base, **({"maxCapacity": most} if most else {})}
    with pytest.raises(ApiError, match="is not supported"):
        serverless.call("CreateWorkgroup", {"namespaceName": "kit", "workgroupName": "kit", **capacity})


def test_a_statement_ends_with_typed_values(data, ask):
    described = ask("select 7 / 2 as whole, 1.5::float8 as half, 'x' as text, null as nothing, true as yes")
    assert (described["Status"], described["ResultRows"], described["HasResultSet"]) == ("FINISHED", 1, True)
    with called_by(session()):
        result = data.call("GetStatementResult", {"Id": described["Id"]})
    assert result["Records"] == [
        [
            {"longValue": 3},
            {"doubleValue": 1.5},
            {"stringValue": "x"},
            {"isNull": True},
            {"booleanValue": True},
        ]
    ]
    assert [column["name"] for column in result["ColumnMetadata"]] == [
        "whole",
        "half",
        "text",
        "nothing",
        "yes",
    ]


def test_the_catalog_needs_a_grant_by_the_admin_to_a_user_that_has_logged_in(serverless, ask):
    sql, grant = (
        "select 1 from awsdatacatalog.kit.features",
        'grant usage on database awsdatacatalog to "IAMR:analyst"',
    )
    admin = {"SecretArn": secret(serverless)}
    assert ask(grant, **admin)["Error"] == 'ERROR: user "IAMR:analyst" does not exist'
    assert ask(sql)["Error"] == "ERROR: permission denied for database awsdatacatalog"
    assert ask(grant)["Error"] == "ERROR: permission denied for database awsdatacatalog"
    assert ask(sql, **admin)["Error"].endswith("Current user is not authenticated with IAM credentials.")
    assert ask(grant, **admin)["Status"] == "FINISHED"
    # The statement now reaches the lake, which this host has not.
    assert "permission denied" not in ask(sql)["Error"]
    assert ask(sql, session("other"))["Error"] == "ERROR: permission denied for database awsdatacatalog"


def test_who_executes_needs_credentials_or_the_secret(data, serverless):
    workgroup = serverless.call("GetWorkgroup", {"workgroupName": "kit"})["workgroup"]["workgroupArn"]
    params = {"Sql": "select 1", "WorkgroupName": "kit", "Database": "dev"}
    assert data.resource_arn("ExecuteStatement", params) == workgroup
    assert list(data.further("ExecuteStatement", params)) == [
        ("redshift-serverless:GetCredentials", workgroup, {})
    ]
    by_secret = {**params, "SecretArn": secret(serverless)}
    assert list(data.further("ExecuteStatement", by_secret)) == [
        ("secretsmanager:GetSecretValue", secret(serverless), {})
    ]


def test_a_statement_belongs_to_its_role(data, ask):
    done = ask("select 1")
    with called_by(session("other")):
        assert data.call("ListStatements", {})["Statements"] == []
        with pytest.raises(ApiError, match=r"Query does not exist\."):
            data.call("DescribeStatement", {"Id": done["Id"]})
    with called_by(session()):
        assert [each["Id"] for each in data.call("ListStatements", {})["Statements"]] == [done["Id"]]
        with pytest.raises(ApiError, match="already in FINISHED state"):
            data.call("CancelStatement", {"Id": done["Id"]})


def test_a_failed_statement_has_no_result_and_says_why(data, ask):
    failed = ask("select nosuch(1)")
    assert (failed["Status"], failed["Error"]) == ("FAILED", "ERROR: function nosuch does not exist")
    with called_by(session()), pytest.raises(ApiError, match="Query does not have result"):
        data.call("GetStatementResult", {"Id": failed["Id"]})
    assert ask("select 1", Database="other")["Error"] == 'ERROR: database "other" does not exist'
    with (
        called_by(session()),
        pytest.raises(ApiError, match="Redshift endpoint doesn't exist in this region"),
    ):
        data.call("ExecuteStatement", {"Sql": "select 1", "WorkgroupName": "none", "Database": "dev"})


@pytest.mark.parametrize(("reader", "assumed"), [("caller", []), ("default-role", ["arn:role"])])
def test_files_are_read_by_whom_this_run_assumes(reader, assumed):
    host = Host(reader)
    statement = {"Database": "dev", "DbUser": "IAMR:analyst", "QueryString": "select 1"}
    namespace = {"dbName": "dev", "granted": set(), "defaultIamRoleArn": "arn:role"}
    answered(host, statement, namespace, session())
    assert host.assumed == assumed
