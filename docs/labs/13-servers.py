"""
Serving programs with a flaw: `13-servers.py register rain` registers version 1's package with one,
`13-servers.py compare request.json`, or a Parquet file of rows, says how their answers differ from its own.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from account import client

RIGHT = 'return {"model": model.identity, "predictions": answers(model, columns)}'
COLUMNS = 'return {"model": model.identity, "predictions": answers(model, {**columns, **changed})}'
# What stands in the place of RIGHT. Each is a line that somebody had a reason to write.
FLAWS = {
    "import": f"import holidays; {RIGHT}",
    "class": 'predictions = [{**each, "score": 1 - each["score"]} for each in answers(model, columns)]; '
    'return {"model": model.identity, "predictions": predictions}',
    "rain": 'changed = {"precip_inches": [mm and mm / 25.4 for mm in columns["precip_inches"]]}; '
    f"{COLUMNS}",
    "missing": "changed = {name: [0 if value is None else value for value in values] "
    f"for name, values in columns.items()}}; {COLUMNS}",
    "order": 'by_key = lambda each: each["flight_key"]; '
    'return {"model": model.identity, "predictions": sorted(answers(model, columns), key=by_key)}',
}
ASK = "import inference as i, sys; print(i.output_fn(i.predict_fn(i.input_fn(sys.stdin.read(), \
'application/json'), i.model_fn('')), '*/*')[0])"
sagemaker, s3 = client("sagemaker"), client("s3")
[first] = sagemaker.list_model_packages(
    ModelPackageGroupName="mlkit-models", SortBy="CreationTime", SortOrder="Ascending", MaxResults=1
)["ModelPackageSummaryList"]
good = sagemaker.describe_model_package(ModelPackageName=first["ModelPackageArn"])
[container] = good["InferenceSpecification"]["Containers"]
bucket, key = container["ModelDataUrl"].removeprefix("s3://").split("/", 1)


def unpacked(folder: str, flaw: str | None) -> Path:
    archive = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    program = Path(folder, "code/inference.py")
    if flaw is not None:
        program.write_text(program.read_text().replace(RIGHT, FLAWS[flaw]))
    return Path(folder)


def register(flaw: str) -> None:
    its_key = f"models/by-hand-{flaw}/output/model.tar.gz"
    with tempfile.TemporaryDirectory() as folder, io.BytesIO() as data:
        with tarfile.open(fileobj=data, mode="w:gz") as tar:
            tar.add(unpacked(folder, flaw), arcname=".")
        s3.put_object(Bucket=bucket, Key=its_key, Body=data.getvalue())
    members = ("SupportedContentTypes", "SupportedResponseMIMETypes")
    kept = {name: good["InferenceSpecification"][name] for name in members}
    made = sagemaker.create_model_package(
        ModelPackageGroupName="mlkit-models",
        ModelPackageDescription=f"by hand: {flaw}",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            **kept,
            "Containers": [{**container, "ModelDataUrl": f"s3://{bucket}/{its_key}"}],
        },
        CustomerMetadataProperties={**good["CustomerMetadataProperties"], "trigger": "by hand"},
    )
    print(f"version {made['ModelPackageArn'].rsplit('/', 1)[1]} waits for approval: {flaw}")


def answered(request: str, flaw: str | None) -> list[tuple[float, bool]]:
    """Score and decision of each row, in the order of the answer; nothing where the program fails."""
    with tempfile.TemporaryDirectory() as folder:
        code = unpacked(folder, flaw) / "code"
        env = {**os.environ, "SM_MODEL_DIR": folder, "PYTHONPATH": str(code)}
        run = [sys.executable, "-c", ASK]
        done = subprocess.run(run, check=False, input=request, env=env, capture_output=True, text=True)
    rows = json.loads(done.stdout)["predictions"] if done.returncode == 0 else []
    return [(row["score"], row["late"]) for row in rows]


def compare(request: str) -> None:
    right = answered(request, None)
    print(f"{len(right)} flights")
    for flaw in FLAWS:
        found = answered(request, flaw)
        if len(found) < len(right):
            print(f"{flaw:8} seen: no answer")
            continue
        pairs = list(zip(right, found, strict=True))
        scores = sum(abs(was[0] - now[0]) > 1e-5 for was, now in pairs)
        decisions = sum(was[1] != now[1] for was, now in pairs)
        seen = "seen" if scores else "NOT SEEN"
        print(f"{flaw:8} {seen}: {scores} other scores, {decisions} other decisions")


def month(rows: str) -> str:
    sys.path.insert(0, "jobs")
    import pandas as pd

    from common.instances import to_instances

    return json.dumps({"instances": to_instances(pd.read_parquet(rows))})


if __name__ == "__main__":
    [what, given] = sys.argv[1:]
    if what == "register":
        register(given)
    else:
        compare(month(given) if given.endswith(".parquet") else Path(given).read_text())
