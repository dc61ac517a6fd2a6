"""The programs as AWS sees them: every room's modules side by side, nothing of the checkout around them."""

import ast
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

JOBS = Path(__file__).parents[2] / "jobs"
PROGRAMS = [path for path in sorted(JOBS.glob("*/*.py")) if path.parent.name != "common"]
GLUE_ONLY = {path.stem for path in (JOBS / "etl").glob("*.py")}


def test_no_two_rooms_use_one_module_name() -> None:
    repeated = [name for name, count in Counter(path.name for path in PROGRAMS).items() if count > 1]
    assert repeated == []


def test_every_module_imports_from_one_flat_folder(tmp_path: Path) -> None:
    for path in PROGRAMS:
        shutil.copy(path, tmp_path)
    shutil.copytree(JOBS / "common", tmp_path / "common")
    modules = [path.stem for path in PROGRAMS if path.stem not in GLUE_ONLY]
    command = f"import {', '.join(modules)}; print(train.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=tmp_path, env={}, check=True, capture_output=True, text=True
    )
    assert Path(done.stdout.strip()).parent == tmp_path


@pytest.mark.parametrize(
    ("program", "unneeded"),
    [
        ("inference", {"sklearn", "scipy.stats", "pandas", "pyarrow", "boto3", "botocore"}),
        ("monitor", {"sklearn", "scipy.stats", "pyarrow.parquet", "boto3", "botocore"}),
        ("train", {"sklearn", "scipy.stats", "boto3", "botocore"}),
        ("evaluate", {"sklearn", "scipy.stats", "boto3", "botocore"}),
    ],
)
def test_a_program_starts_without_the_libraries_it_does_not_need(program: str, unneeded: set[str]) -> None:
    """Each of them takes a tenth to half a second of every start."""
    paths = [str(path) for path in (JOBS, *(path for path in JOBS.iterdir() if path.is_dir()))]
    command = f"import sys; sys.path += {paths}; import {program}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], env={}, check=True, capture_output=True, text=True)
    assert "xgboost" in done.stdout.split()
    assert set(done.stdout.split()) & unneeded == set()


def test_scikit_learn_is_there_for_whoever_imports_it_later() -> None:
    command = f"import sys; sys.path.append({str(JOBS)!r}); import common.xgb; import sklearn.metrics"
    subprocess.run([sys.executable, "-c", command], env={}, check=True)


def test_only_the_glue_programs_need_spark_and_they_need_nothing_of_sagemakers() -> None:
    """Glue has no XGBoost, SageMaker's image no Spark."""
    for path in PROGRAMS:
        wanted = imports(path)
        forbidden = {"xgboost", "scipy", "pyarrow"} if path.stem in GLUE_ONLY else {"pyspark", "awsglue"}
        assert not wanted & forbidden, path
    # Every module of common/ that the Glue programs import is in Glue's archive too.
    for module in ("schema", "declared"):
        assert imports(JOBS / f"common/{module}.py") <= {"common", *sys.stdlib_module_names}
    assert {name for stem in GLUE_ONLY for name in from_common(JOBS / f"etl/{stem}.py")} == {"schema"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def from_common(path: Path) -> set[str]:
    nodes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)]
    return {alias.name for n in nodes if n.module == "common" for alias in n.names}
