"""The engine leaves nothing behind, and refuses an emulator it was not written for."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.emulator import pinned

ROOT = Path(__file__).parents[3]


def descendants(process):
    found, pending = set(), [process]
    while pending:
        parent = pending.pop()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent and fields[0] != "Z":
                found.add(int(stat.parent.name))
                pending.append(int(stat.parent.name))
    return found


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_sigterm_ends_every_process_in_three_seconds(start, tmp_path):
    process = start(tmp_path)
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    children = descendants(process.pid)
    assert children
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert time.monotonic() - started < 3
    assert [child for child in children if alive(child)] == []


def test_a_killed_supervisor_takes_the_engine_with_it(start, tmp_path, until):
    process = start(tmp_path)
    process.stdout.readline()
    children = descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: not any(alive(child) for child in children), 5)


@pytest.mark.parametrize("stays", [True, False])
def test_it_ends_with_its_parent_unless_it_was_told_to_stay(tmp_path, until, stays):
    command = [sys.executable, "-m", "engine", "--run-dir", str(tmp_path), "--wait-scale", "0"]
    shell = subprocess.Popen(
        ["sh", "-c", '"$@" & echo $!; wait', "sh", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert shell.stdout is not None
    supervisor = int(shell.stdout.readline())
    shell.stdout.readline()
    if stays:
        os.kill(supervisor, signal.SIGUSR1)
    shell.kill()
    shell.wait()
    if not stays:
        until(lambda: not alive(supervisor), 5)
        return
    time.sleep(1)
    assert alive(supervisor)
    os.kill(supervisor, signal.SIGTERM)
    until(lambda: not alive(supervisor), 5)


def test_a_port_in_use_is_refused(start, engine, tmp_path):
    process = start(tmp_path, "--port", engine.endpoint.rpartition(":")[2])
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "is in use" in errors


def test_every_seam_is_checked(monkeypatch):
    pinned.check()
    monkeypatch.setitem(pinned.SEAMS, "services.sts:register_session", "access_key session extra")
    monkeypatch.setitem(pinned.SEAMS, "services.sts:no_such_function", "")
    with pytest.raises(pinned.SeamError) as refusal:
        pinned.check()
    assert "takes (access_key session), expected (access_key session extra)" in str(refusal.value)
    assert "services.sts:no_such_function does not exist" in str(refusal.value)


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(pinned, "PINNED", "1.5.34")
    with pytest.raises(pinned.SeamError, match="hooks into ministack"):
        pinned.check()
