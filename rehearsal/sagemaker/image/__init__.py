"""SageMaker's XGBoost image as an endpoint's container finds it."""

import os
import sys
import sysconfig
from pathlib import Path

from rehearsal.sagemaker.sandbox import OPT_ML, Image

# Where the set-up puts the image's serving library, with the gunicorn and Flask that the image pins.
LIBRARIES = Path(sys.prefix).parent / "serving"
_VENV, _LIBRARIES, _PACKAGES, _MAIN = "/opt/venv", "/opt/serving", "/opt/packages", "/opt/image"

ENTRYPOINT = (f"{_VENV}/bin/python", f"{_MAIN}/xgboost_serving.py")
# What the image sets; it has no HOME of the user that a serverless container runs as.
ENVIRONMENT = {
    "PATH": f"{_VENV}/bin:{os.environ.get('PATH', os.defpath)}",
    "SM_MODEL_DIR": f"{OPT_ML}/model",
    "TEMP": "/home/model-server/tmp",
}


def xgboost(venv: Path, serverless: bool, opt_ml_writable: bool = True) -> Image:
    """
    The image with an empty environment of its own at `venv`, so that what a container installs stays in it.

    A serverless container runs without root and writes nothing but /tmp, and perhaps /opt/ml.
    """
    python = Path(os.path.realpath(sys.executable))
    packages = venv / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    packages.mkdir(parents=True)
    # Both as the container and as this machine has them; Python skips what is not there.
    places = [_LIBRARIES, _PACKAGES, LIBRARIES, sysconfig.get_path("purelib")]
    (packages / "image.pth").write_text("".join(f"{place}\n" for place in places))
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(python)
    (venv / "pyvenv.cfg").write_text(f"home = {python.parent}\n")
    gunicorn = venv / "bin" / "gunicorn"
    gunicorn.write_text("#!/usr/bin/env python\nfrom gunicorn.app.wsgiapp import run\nrun()\n")
    gunicorn.chmod(0o755)
    folders = {
        _VENV: venv,
        _LIBRARIES: LIBRARIES,
        _PACKAGES: Path(sysconfig.get_path("purelib")),
        _MAIN: Path(__file__).parent,
    }
    writable = () if opt_ml_writable else (OPT_ML,)
    return Image(folders, ("/", "/opt", _VENV, *writable) if serverless else ())
