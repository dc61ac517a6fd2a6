"""Additions of SageMaker's XGBoost image to its serving library: an entry point, and gunicorn's application.

Runs as `python xgboost_serving.py <fd>` (a listening socket) inside an endpoint's sandbox. The library itself
(`sagemaker_containers`) is the image's own: it copies and installs the user's module, starts gunicorn and
answers requests. Only this module is mirrored: the defaults of the four functions for text/csv and
application/json, and the selection of the user's functions."""

import csv
import importlib
import io
import json
import os
import subprocess
import sys
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import _distutils_hack

# The library imports distutils, which Python 3.12 lacks. A .pth file of setuptools makes this call in the
# image.
_distutils_hack.add_shim()

from sagemaker_containers import _env, _errors, _transformer, _worker  # noqa: E402 - needs distutils


def default_input_fn(body: str | bytes, content_type: str) -> Any:
    import numpy
    import xgboost

    if content_type.split(";")[0].strip() != "text/csv":
        raise _errors.UnsupportedFormatError(content_type)
    text = body.decode() if isinstance(body, bytes) else body
    found = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    delimiter = "," if found.isalnum() else found
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return xgboost.DMatrix(numpy.array(rows).astype(float))


def default_predict_fn(data: Any, model: Any) -> Any:
    return model.predict(data, validate_features=False)


def default_output_fn(prediction: Any, accept: str) -> Any:
    import numpy

    values = numpy.asarray(prediction)
    if accept == "application/json":
        return _worker.Response(json.dumps(values.tolist()), mimetype=accept)
    if accept == "text/csv":
        text = io.StringIO()
        numpy.savetxt(text, values, delimiter=",", fmt="%s")
        return _worker.Response(text.getvalue(), mimetype=accept)
    raise _errors.UnsupportedFormatError(accept)


def _transformer_of(module: ModuleType) -> Any:
    names = ("input_fn", "predict_fn", "output_fn")
    own = {name: getattr(module, name) for name in names if hasattr(module, name)}
    whole = getattr(module, "transform_fn", None)
    if whole and own:
        raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
    defaults = dict(zip(names, (default_input_fn, default_predict_fn, default_output_fn), strict=True))
    parts = {"transform_fn": whole} if whole else {**defaults, **own}
    return _transformer.Transformer(model_fn=getattr(module, "model_fn", None), **parts)


@cache
def _application() -> Any:
    name = _env.ServingEnv().module_name
    transformer = _transformer_of(importlib.import_module(name))
    transformer.initialize()
    return _worker.Worker(transform_fn=transformer.transform, module_name=name)


def main(environ: Any, start_response: Any) -> Any:
    """The WSGI application. It loads the model at a worker's first request, which is a ping."""
    return _application()(environ, start_response)


def start(fd: int) -> None:
    from sagemaker_containers import _server  # its pkg_resources takes half a second, which no worker needs

    os.environ.setdefault("OMP_NUM_THREADS", "1")

    def popen(argv: list[str], **options: Any) -> subprocess.Popen[bytes]:
        if argv[0] == "nginx":
            # The image has nginx in front of gunicorn; here callers reach gunicorn itself.
            return subprocess.Popen(["sleep", "infinity"])
        # The engine opened the socket, because a port inside a container without a network is unreachable.
        bound = argv.index("-b") + 1
        return subprocess.Popen([*argv[:bound], f"fd://{fd}", *argv[bound + 1 :]], pass_fds=(fd,), **options)

    _server.subprocess = SimpleNamespace(Popen=popen)
    _server.start("xgboost_serving:main")


if __name__ == "__main__":
    start(int(sys.argv[1]))
