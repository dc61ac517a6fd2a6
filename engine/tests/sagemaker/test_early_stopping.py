"""Hyperband and the median rule: trials that a tuning job stops by what they print."""

import pytest
from searched import DEPTHS, EPOCHS, ETAS, epochs_of, trials_of

from engine.host import ApiError


def test_hyperband_stops_most_trials_at_its_rungs(sagemaker, world, put, finished, request_tuning):
    request = request_tuning(
        "band",
        Strategy="Hyperband",
        StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 3, "MaxResource": 28}},
        ParameterRanges=ETAS,
        RandomSeed=3,
        ResourceLimits={"MaxParallelTrainingJobs": 2, "MaxNumberOfTrainingJobs": 8},
    )
    put("code.tar.gz", {"train.py": EPOCHS})
    sagemaker.call("CreateHyperParameterTuningJob", request)
    job = finished("HyperParameterTuningJob", "band")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    trials = trials_of(sagemaker, "band")
    stopped = [trial for trial in trials if trial["TrainingJobStatus"] == "Stopped"]
    assert 3 <= len(stopped) < 8
    assert job["TrainingJobStatusCounters"]["Stopped"] == len(stopped)
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 8
    assert all(3 <= epochs_of(world, trial) < 26 for trial in stopped)
    spent = sum(epochs_of(world, trial) for trial in trials)
    print(f"Hyperband spent {spent} of {8 * 26} epochs")
    assert spent < 8 * 26
    value = lambda trial: trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]  # noqa: E731
    assert job["BestTrainingJob"]["TrainingJobName"] == max(trials, key=value)["TrainingJobName"]


def test_a_trial_that_reaches_max_resource_is_stopped(sagemaker, world, put, finished, request_tuning):
    request = request_tuning(
        "most",
        Strategy="Hyperband",
        StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 5}},
        ParameterRanges=ETAS,
        ResourceLimits={"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 1},
    )
    put("code.tar.gz", {"train.py": EPOCHS})
    sagemaker.call("CreateHyperParameterTuningJob", request)
    assert finished("HyperParameterTuningJob", "most")["TrainingJobStatusCounters"]["Stopped"] == 1
    assert 5 <= epochs_of(world, trials_of(sagemaker, "most")[0]) < 26


def test_early_stopping_ends_trials_below_the_median_of_earlier_ones(
    sagemaker, world, put, finished, request_tuning
):
    values = {"CategoricalParameterRanges": [{"Name": "eta", "Values": ["0.5", "0.6", "0.1"]}]}
    request = request_tuning(
        "median",
        TrainingJobEarlyStoppingType="Auto",
        ParameterRanges=values,
        ResourceLimits={"MaxParallelTrainingJobs": 1},
    )
    put("code.tar.gz", {"train.py": EPOCHS})
    sagemaker.call("CreateHyperParameterTuningJob", request)
    finished("HyperParameterTuningJob", "median")
    trials = trials_of(sagemaker, "median")
    assert [trial["TrainingJobStatus"] for trial in trials] == ["Completed", "Completed", "Stopped"]
    assert epochs_of(world, trials[2]) < 26
    assert trials[2]["ObjectiveStatus"] == "Succeeded"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "MaxResource parameter is not provided and could not be inferred"),
        (
            {"StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 3}}},
            "in this order",
        ),
        ({"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 20001}}}, "at most 20000"),
        ({"TrainingJobEarlyStoppingType": "Auto"}, "must be Off for strategy Hyperband"),
        (
            {"Strategy": "Random", "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 3}}},
            "only supported for the Hyperband strategy",
        ),
        ({"Strategy": "Random", "ParameterRanges": DEPTHS}, r"enough combinations.*\[3.0\].*\[4\]"),
    ],
)
def test_requests_for_early_stopping_that_aws_refuses(sagemaker, request_tuning, changes, message):
    limits = {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 4}
    config = {"Strategy": "Hyperband", "ParameterRanges": ETAS, "ResourceLimits": limits, **changes}
    with pytest.raises(ApiError, match=message):
        sagemaker.call("CreateHyperParameterTuningJob", request_tuning("refused", **config))


def test_epochs_among_the_static_hyperparameters_are_the_most(sagemaker, finished, request_tuning):
    limits = {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 1}
    request = request_tuning("epochs", Strategy="Hyperband", ParameterRanges=ETAS, ResourceLimits=limits)
    request["TrainingJobDefinition"]["StaticHyperParameters"]["epochs"] = "5"
    sagemaker.call("CreateHyperParameterTuningJob", request)
    assert (
        finished("HyperParameterTuningJob", "epochs")["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    )
