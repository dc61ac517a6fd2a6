"""Script mode of the XGBoost container: arguments and SM_* environment.

Its library is sagemaker-containers 2.8.6, not the newer sagemaker-training toolkit."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.sagemaker.sandbox import HOST_NAME, OPT_ML

# Reserved by the container; the script does not receive them as arguments.
_OWN = {
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_s3_output",
    "default_user_module_name",
    "_tuning_objective_metric",
}


@dataclass(frozen=True)
class Script:
    module: str
    submit_directory: str | None
    argv: list[str]  # arguments after `python`
    env: dict[str, str]


def read_script(
    hyperparameters: Mapping[str, str],
    channels: Mapping[str, Mapping[str, str]],
    resources: Mapping[str, Any],
    job_name: str,
) -> Script | None:
    """The script of a job's configuration; None means the built-in algorithm."""
    values = {name: _loaded(text) for name, text in hyperparameters.items()}
    if "sagemaker_program" not in values:
        return None
    module = str(values["sagemaker_program"]).removesuffix(".py")
    user = {
        name: value
        for name, value in values.items()
        if name not in _OWN and not name.startswith("sagemaker_")
    }
    framework = {
        name: value for name, value in values.items() if name.startswith("sagemaker_") and name not in _OWN
    }
    args = [word for name in sorted(user) for word in (_flag(name), _word(user[name]))]
    settings: dict[str, Any] = {
        "hosts": [HOST_NAME],
        "current_host": HOST_NAME,
        "network_interface_name": resources["network_interface_name"],
        "hps": user,
        "user_entry_point": values["sagemaker_program"],
        "framework_params": framework,
        "resource_config": resources,
        "input_data_config": channels,
        "output_data_dir": f"{OPT_ML}/output/data",
        "channels": sorted(channels),
        "module_name": module,
        "log_level": values.get("sagemaker_container_log_level", 20),
        "framework_module": "sagemaker_xgboost_container.training:main",
        "input_dir": f"{OPT_ML}/input",
        "input_config_dir": f"{OPT_ML}/input/config",
        "output_dir": f"{OPT_ML}/output",
        "num_cpus": os.cpu_count(),
        "num_gpus": 0,
        "model_dir": f"{OPT_ML}/model",
        "module_dir": values.get("sagemaker_submit_directory", f"{OPT_ML}/code"),
        "user_args": args,
        "output_intermediate_dir": f"{OPT_ML}/output/intermediate",
        **{f"channel_{name}": f"{OPT_ML}/input/data/{name}" for name in channels},
        **{f"hp_{name}": value for name, value in user.items()},
    }
    settings["training_env"] = {
        "channel_input_dirs": {name: f"{OPT_ML}/input/data/{name}" for name in channels},
        "hyperparameters": user,
        "job_name": job_name,
        **{
            name: settings[name]
            for name in ("current_host", "hosts", "model_dir", "module_name", "output_data_dir")
        },
    }
    return Script(
        module,
        values.get("sagemaker_submit_directory"),
        ["-m", module, *args],
        {f"SM_{name.upper()}": _word(value, as_json=True) for name, value in settings.items()},
    )


def _loaded(text: str) -> Any:
    """Hyperparameters are strings, decoded as JSON when they parse as such."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _flag(name: str) -> str:
    return f"--{name}" if len(name) > 1 else f"-{name}"


def _word(value: Any, as_json: bool = False) -> str:
    if as_json and isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return str(value)
