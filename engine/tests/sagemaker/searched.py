"""Tuning jobs for tests: what their trials run, their requests, and what is seen of the trials."""

from typing import Any

from world import World, training_request

from engine.sagemaker import SageMaker

TRAIN = """
import argparse, time
parser = argparse.ArgumentParser()
for name in ("eta", "max_depth", "booster", "fixed"):
    parser.add_argument("--" + name)
args = parser.parse_args()
print("ARGS", vars(args))
time.sleep(0.5)
if args.max_depth == "13":
    raise SystemExit("unlucky")
print(f"[0]\\tvalidation-auc:{args.max_depth}")
"""
MAXIMIZE, MINIMIZE = (
    {"HyperParameterTuningJobObjective": {"Type": kind, "MetricName": "validation:auc"}}
    for kind in ("Maximize", "Minimize")
)
DEPTHS = {"CategoricalParameterRanges": [{"Name": "max_depth", "Values": ["1", "13", "7"]}]}
EPOCHS = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--eta", type=float)
eta = parser.parse_known_args()[0].eta
for epoch in range(1, 27):
    print(f"[{epoch}]\tvalidation-auc:{eta * (1 - 0.5 ** epoch):.4f}", flush=True)
    time.sleep(0.1)
open("/opt/ml/model/booster.json", "w").write("{}")
"""
ETAS = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]}


def tuning_request(world: World, name: str, **config: Any) -> dict[str, Any]:
    """A grid over three depths, one of which fails, unless `config` says otherwise."""
    definition = training_request(world, "-")
    del definition["TrainingJobName"]
    definition["StaticHyperParameters"] = {**definition.pop("HyperParameters"), "fixed": "yes"}
    definition["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "validation:auc", "Regex": "validation-auc:([0-9.]+)"}
    ]
    objective = {"Type": "Maximize", "MetricName": "validation:auc"}
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Grid",
            "HyperParameterTuningJobObjective": objective,
            "ResourceLimits": {"MaxParallelTrainingJobs": 2},
            "ParameterRanges": DEPTHS,
            **config,
        },
        "TrainingJobDefinition": definition,
    }


def trials_of(sagemaker: SageMaker, name: str) -> list[dict[str, Any]]:
    request = {"HyperParameterTuningJobName": name, "SortBy": "Name", "SortOrder": "Ascending"}
    return sagemaker.call("ListTrainingJobsForHyperParameterTuningJob", request)["TrainingJobSummaries"]


def epochs_of(world: World, trial: dict[str, Any]) -> int:
    return world.logged("/aws/sagemaker/TrainingJobs", trial["TrainingJobName"]).count("validation-auc")
