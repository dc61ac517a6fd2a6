"""What the XGBoost container does with an archive before it runs a program, where no index can be reached."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

JOBS = Path(__file__).parents[3] / "jobs"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(JOBS / "common", root / "common", ignore=ignore)
    for path in JOBS.glob("*/*.py"):
        if path.parent.name != "common":
            shutil.copy(path, root)
    shutil.copy(JOBS / "common/archive.toml", root / "pyproject.toml")
    # The container's library writes one where there is none.
    (root / "setup.py").write_text("raise SystemExit('setuptools is asked')")
    return root


def install(archive: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pip", "install", ".", "--no-index", "--no-cache-dir", *options]
    target = archive.parent / "installed"
    return subprocess.run(
        [*command, "--target", str(target)], cwd=archive, capture_output=True, check=False, text=True
    )


def test_the_archive_is_installed_without_an_index(archive: Path) -> None:
    done = install(archive)
    assert done.returncode == 0, done.stderr
    program = (
        "import inference, train; from common import schema; print(inference.__file__, schema.id_column())"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program],
        cwd=archive.parent,
        env={"PYTHONPATH": str(archive.parent / "installed")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert seen.startswith(str(archive.parent / "installed"))


def test_what_was_installed_can_sample_and_loads_the_samplers_only_then(archive: Path) -> None:
    assert install(archive).returncode == 0
    program = (
        "import sys, numpy as np, train, imbalance; from rounds import Slice\n"
        "assert 'imblearn' not in sys.modules\n"
        "labels = np.r_[np.ones(9), np.zeros(91)]\n"
        "fit = Slice(np.arange(200, dtype=np.float32).reshape(100, 2), labels, np.array([0, 0]))\n"
        "print(sum(imbalance.balanced('smote', fit, 1).labels), sys.modules['imblearn'].__version__)\n"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program],
        cwd=archive.parent,
        env={"PYTHONPATH": str(archive.parent / "installed")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert seen == "91.0 0.14.2\n"


def test_without_a_build_system_of_its_own_pip_asks_an_index(archive: Path) -> None:
    (archive / "pyproject.toml").unlink()
    done = install(archive, "--use-pep517")
    assert done.returncode != 0
    assert "setuptools" in done.stderr
