"""The warehouse of the running engine: made by a stack, it reads the lake as whoever asks."""

import pandas as pd
import pytest
from botocore.exceptions import ClientError

_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


@pytest.fixture(scope="module")
def lake(engine, until):
    """A database with one table, and a warehouse; answers the name of all of them."""
    name = engine.name("warehouse")
    s3, glue = engine.client("s3"), engine.client("glue")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="rides/part-0.parquet", Body=pd.DataFrame({"seats": [1, 2]}).to_parquet())
    glue.create_database(DatabaseInput={"Name": name})
    storage = {
        "Location": f"s3://{name}/rides/",
        "Columns": [{"Name": "seats", "Type": "bigint"}],
        "SerdeInfo": {"SerializationLibrary": _SERDE},
    }
    glue.create_table(DatabaseName=name, TableInput={"Name": "rides", "StorageDescriptor": storage})
    namespace = {"NamespaceName": name, "ManageAdminPassword": True, "Tags": [{"Key": "kit", "Value": name}]}
    workgroup = {"WorkgroupName": name, "NamespaceName": {"Ref": "Namespace"}, "BaseCapacity": 4}
    template = {
        "Resources": {
            "Namespace": {"Type": "AWS::RedshiftServerless::Namespace", "Properties": namespace},
            "Workgroup": {"Type": "AWS::RedshiftServerless::Workgroup", "Properties": workgroup},
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Workgroup", "Workgroup.WorkgroupArn"]}}},
    }
    stack = engine.stack(template)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    assert stack["Outputs"]["Arn"].startswith("arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/")
    yield name
    engine.client("cloudformation").delete_stack(StackName=stack["StackName"])
    until(lambda: not engine.client("redshift-serverless").list_namespaces()["namespaces"])


@pytest.fixture
def ask(engine, lake, until):
    """Runs a statement as a role, or by the admin's secret, and answers its description and rows."""

    def run(sql, role, **more):
        client = engine.client("redshift-data", engine.assume(role))
        started = client.execute_statement(Sql=sql, WorkgroupName=lake, Database="dev", **more)["Id"]

        def ended():
            described = client.describe_statement(Id=started)
            return described["Status"] in {"FINISHED", "FAILED"} and described

        described = until(ended)
        if described["Status"] == "FAILED":
            return described["Error"]
        if not described["HasResultSet"]:
            return None
        return client.get_statement_result(Id=started)["Records"]

    return run


@pytest.fixture
def grants(lake, allow):
    glue = "arn:aws:glue:us-east-1:123456789012:"
    return {
        "data": allow("redshift-data:*", "redshift-serverless:*"),
        "secret": allow("secretsmanager:GetSecretValue"),
        "catalog": allow("glue:Get*", on=f"{glue}catalog"),
        "database": allow("glue:Get*", on=f"{glue}database/{lake}"),
        "table": allow("glue:Get*", on=f"{glue}table/{lake}/*"),
        "bucket": allow("s3:ListBucket", on=f"arn:aws:s3:::{lake}"),
        "objects": allow("s3:GetObject", on=f"arn:aws:s3:::{lake}/*"),
    }


def grant_catalog(engine, lake, ask, role):
    secret = engine.client("redshift-serverless").get_namespace(namespaceName=lake)["namespace"]
    user = f"IAMR:{role.rpartition('/')[2]}"
    statement = f'grant usage on database awsdatacatalog to "{user}"'
    return ask(statement, role, SecretArn=secret["adminPasswordSecretArn"])


def test_a_role_reads_the_lake_once_the_admin_has_granted_it(engine, lake, ask, grants):
    role = engine.role(*grants.values())
    sql = f'select sum(seats), count(*) from awsdatacatalog."{lake}".rides'
    assert ask(sql, role) == "ERROR: permission denied for database awsdatacatalog"
    assert grant_catalog(engine, lake, ask, role) is None
    assert ask(sql, role) == [[{"longValue": 3}, {"longValue": 2}]]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("table", "glue:GetTable"),
        ("bucket", "Permission denied on S3 path"),
        ("objects", "Permission denied on S3 path"),
    ],
)
def test_what_the_role_may_not_read_redshift_may_not_either(engine, lake, ask, grants, missing, words):
    del grants[missing]
    role = engine.role(*grants.values())
    ask("select 1", role)
    grant_catalog(engine, lake, ask, role)
    assert words in ask(f'select seats from awsdatacatalog."{lake}".rides', role)


def test_who_may_execute_needs_credentials_as_well(engine, lake, allow, ask):
    role = engine.role(allow("redshift-data:*"))
    with pytest.raises(ClientError, match="redshift-serverless:GetCredentials"):
        ask("select 1", role)
    with pytest.raises(ClientError, match="secretsmanager:GetSecretValue"):
        ask("select 1", role, SecretArn="arn:aws:secretsmanager:us-east-1:123456789012:secret:other")
