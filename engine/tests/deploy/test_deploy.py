"""An assembly is published and its stacks are made in order, with their templates as they are."""

import hashlib
import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from engine.deploy.assembly import Assembly, zip_folder

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
DEAD_LETTERS = "arn:aws:sqs:us-east-1:123456789012:dead-letters"
ROOT = Path(__file__).parents[3]


def stack(folder, name, template, after=(), files=None):
    """Write a stack's template and asset manifest; answers its manifest artifacts."""
    text = json.dumps(template)
    (folder / f"{name}.template.json").write_text(text)
    own = {"path": f"{name}.template.json", "packaging": "file"}
    files = {hashlib.sha256(text.encode()).hexdigest(): own, **(files or {})}
    manifest = {
        "files": {
            key: {
                "source": source,
                "destinations": {
                    "current": {
                        "bucketName": BUCKET,
                        "objectKey": f"{key}.{'zip' if source['packaging'] == 'zip' else 'json'}",
                    }
                },
            }
            for key, source in files.items()
        }
    }
    (folder / f"{name}.assets.json").write_text(json.dumps(manifest))
    return {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.template.json", "stackName": f"kit-{name.lower()}"},
            "dependencies": [f"{name}.assets", *after],
        },
        f"{name}.assets": {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}},
    }


@pytest.fixture
def assembly(tmp_path, engine):
    """Two stacks, the consumer listed first: a function from a zipped asset, and who imports its ARN."""
    (tmp_path / "asset.code").mkdir()
    (tmp_path / "asset.code" / "index.js").write_text("exports.handler = async () => 'here'")
    export = engine.name("export")
    code = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": "code.zip"}
    function = {
        "Runtime": "nodejs24.x",
        "Handler": "index.handler",
        "Role": engine.role(),
        "Code": code,
        "DeadLetterConfig": {"TargetArn": DEAD_LETTERS},
    }
    # Long enough that the template does not fit into the request.
    resources = {"Function": {"Type": "AWS::Lambda::Function", "Properties": function}}
    padding = {f"Handle{n}": {"Type": "AWS::CloudFormation::WaitConditionHandle"} for n in range(400)}
    producer = {
        "Resources": {**resources, **padding},
        "Metadata": {"Padding": "x" * 52_000},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}, "Export": {"Name": export}}},
        "Parameters": {
            "BootstrapVersion": {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/cdk-bootstrap/hnb659fds/version",
            }
        },
    }
    value = {"Type": "String", "Value": {"Fn::ImportValue": export}}
    consumer = {
        "Parameters": {"Version": {"Type": "String", "Default": "none"}},
        "Resources": {
            "Copy": {"Type": "AWS::SSM::Parameter", "Properties": value},
            "Given": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Ref": "Version"}},
            },
        },
    }
    artifacts = {
        **stack(tmp_path, "Consumer", consumer, after=["Producer"]),
        **stack(tmp_path, "Producer", producer, files={"code": {"path": "asset.code", "packaging": "zip"}}),
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"version": "53.0.0", "artifacts": artifacts}))
    return tmp_path


def deploy(engine, assembly, command, *arguments):
    """Run the command; (exit code, one result per stack)."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "engine.deploy", command),
            *("--assembly", assembly, "--endpoint", engine.endpoint),
            *arguments,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_up_and_down(engine, assembly):
    code, results = deploy(engine, assembly, "up")
    assert code == 0
    assert [(result["stack"], result["status"]) for result in results] == [
        ("kit-producer", "CREATE_COMPLETE"),
        ("kit-consumer", "CREATE_COMPLETE"),
    ]
    made = engine.resources("kit-consumer")
    arn = engine.client("ssm").get_parameter(Name=made["Copy"])["Parameter"]["Value"]
    kept = engine.client("lambda").get_function_configuration(FunctionName=arn)
    assert kept["DeadLetterConfig"] == {"TargetArn": DEAD_LETTERS}
    answer = engine.client("lambda").invoke(FunctionName=arn)
    assert json.loads(answer["Payload"].read()) == "here"

    changed = [{"ParameterKey": "Version", "ParameterValue": "two"}]
    engine.stack({}, "kit-consumer", Parameters=changed)
    template = json.loads((assembly / "Consumer.template.json").read_text())
    template["Description"] = "changed"
    (assembly / "Consumer.template.json").write_text(json.dumps(template))
    code, results = deploy(engine, assembly, "up", "--only", "kit-consumer")
    assert code == 0
    # A deploy of the app keeps the version that was released through the parameter.
    given = engine.client("ssm").get_parameter(Name=made["Given"])["Parameter"]["Value"]
    assert given == "two"

    code, results = deploy(engine, assembly, "down")
    assert code == 0
    assert [(result["stack"], result["status"]) for result in results] == [
        ("kit-consumer", "DELETE_COMPLETE"),
        ("kit-producer", "DELETE_COMPLETE"),
    ]


def test_a_failing_stack_is_reported_with_its_first_failure(engine, assembly):
    path = assembly / "Producer.template.json"
    template = json.loads(path.read_text())
    template["Resources"]["Function"]["Properties"]["Code"]["S3Key"] = "no-such.zip"
    path.write_text(json.dumps(template))
    code, results = deploy(engine, assembly, "up")
    assert code == 1
    assert [result["status"] for result in results] == ["ROLLBACK_COMPLETE"]
    assert results[0]["reason"].startswith("Function (AWS::Lambda::Function): ")
    # A stack that never came to be is replaced by the next attempt.
    template["Resources"]["Function"]["Properties"]["Code"]["S3Key"] = "code.zip"
    path.write_text(json.dumps(template))
    assert deploy(engine, assembly, "up")[0] == 0
    assert deploy(engine, assembly, "down")[0] == 0


def test_a_folder_without_a_manifest(tmp_path):
    with pytest.raises(FileNotFoundError, match="npm run synth"):
        Assembly(tmp_path, "123456789012", "us-east-1")


def test_equal_folders_make_equal_archives(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner" / "b.txt").write_text("b")
        (tmp_path / name / "a.txt").write_text("a")
    first, second = zip_folder(tmp_path / "one"), zip_folder(tmp_path / "two")
    assert first == second
    assert zipfile.ZipFile(BytesIO(first)).namelist() == ["a.txt", "inner/b.txt"]
