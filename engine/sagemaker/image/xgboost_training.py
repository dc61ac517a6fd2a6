"""Script mode of SageMaker's XGBoost image: becomes the user's program, with its arguments and variables.

Runs as `python xgboost_training.py <folder>` inside a job's sandbox, with the folder of the image's toolkit.
The toolkit (`sagemaker_containers`) reads /opt/ml itself; it does not start the program, because it would
install the user's code with pip first."""

import json
import os
import site
import sys


def main() -> None:
    # The program does not see the toolkit's folder, whose packages may differ from its own.
    site.addsitedir(sys.argv[1])
    from sagemaker_containers import _env

    # The kit's instances have none, whatever this machine has.
    _env.num_gpus = lambda: 0
    os.environ["SAGEMAKER_TRAINING_MODULE"] = "sagemaker_xgboost_container.training:main"
    # The job's folder is elsewhere without namespaces, which the toolkit knows, but not for the user's paths.
    given = json.dumps(_env.read_hyperparameters()).replace("/opt/ml", _env.base_dir)
    env = _env.TrainingEnv(hyperparameters=json.loads(given))
    os.environ.update(env.to_env_vars())
    os.execv(sys.executable, [sys.executable, "-m", env.module_name, *env.to_cmd_args()])


if __name__ == "__main__":
    main()
