"""The base archive that a small runtime lacks: made in the set-up's own Java, never in somebody else's."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.glue.archive import make_base
from engine.glue.spark import FAST_START, base_archive

TOOLCHAIN = Path(__file__).parents[3] / ".toolchain/toolchain.json"


@pytest.fixture
def java(tmp_path):
    """A Java without archives, in the environment `tmp_path/python`."""
    given = Path(json.loads(TOOLCHAIN.read_text())["javaHome"])
    home = tmp_path / "python/java"
    # A full JDK also holds its sources and the modules to link others from.
    shutil.copytree(given, home, ignore=shutil.ignore_patterns("*.jsa", "jmods", "src.zip"))
    return home


def test_the_set_ups_own_java_gets_one(java, tmp_path):
    make_base(tmp_path / "python/bin/python", java)
    assert base_archive(java).exists()
    # -Xshare:on refuses to start without a base archive that fits what a run asks of Java.
    command = [java / "bin/java", "-Xshare:on", *FAST_START, "-Xmx1g", "-version"]
    subprocess.run(command, check=True, capture_output=True)


def test_somebody_elses_java_is_left_alone(java, tmp_path):
    with pytest.raises(RuntimeError, match=r"no archive of its own classes.*-Xshare:dump"):
        make_base(tmp_path / "another/bin/python", java)
    assert not base_archive(java).exists()
