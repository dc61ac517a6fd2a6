"""SageMaker's XGBoost image in the form of an endpoint's container."""

import os
import sys
import sysconfig
from pathlib import Path

from engine.host import Host
from engine.sagemaker.sandbox import LIBRARIES, OPT_ML, Image

# How a training job starts in script mode.
TRAINING = ["python", str(Path(__file__).with_name("xgboost_training.py")), str(LIBRARIES)]
# The image's additions to that library.
MAIN = Path(__file__).with_name("xgboost_serving.py")
_VENV, _LIBRARIES, _PACKAGES, _MAIN = "/opt/venv", "/opt/serving", "/opt/packages", "/opt/image"

# The image's settings; it has no HOME for the user of a serverless container.
ENVIRONMENT = {
    "PATH": f"{_VENV}/bin:{os.defpath}",
    "SM_MODEL_DIR": f"{OPT_ML}/model",
    "TEMP": "/home/model-server/tmp",
}


def entrypoint(listening: int) -> list[str]:
    """The command of a server that answers on a listening socket, given by its file descriptor."""
    return [f"{_VENV}/bin/python", f"{_MAIN}/{MAIN.name}", str(listening)]


def xgboost(venv: Path, host: Host, serverless: bool) -> Image:
    """
    The image with an empty environment of its own at `venv`, so that packages of a container stay in it.

    A serverless container runs without root and can write to /tmp only, and perhaps to /opt/ml.
    """
    python = Path(os.path.realpath(sys.executable))
    packages = venv / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    packages.mkdir(parents=True)
    # The paths of the container and of this machine; Python skips missing ones.
    places = [_LIBRARIES, _PACKAGES, LIBRARIES, sysconfig.get_path("purelib")]
    (packages / "image.pth").write_text("".join(f"{place}\n" for place in places))
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(python)
    (venv / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
    gunicorn = venv / "bin" / "gunicorn"
    gunicorn.write_text("#!/usr/bin/env python\nfrom gunicorn.app.wsgiapp import run\nrun()\n")
    gunicorn.chmod(0o755)
    folders = {
        _VENV: venv,
        _LIBRARIES: LIBRARIES,
        _PACKAGES: Path(sysconfig.get_path("purelib")),
        _MAIN: MAIN.parent,
    }
    opt_ml = (OPT_ML,) if host.unknown("serverless-opt-ml") == "read-only" else ()
    return Image(folders, ("/", "/opt", _VENV, *opt_ml) if serverless else ())
