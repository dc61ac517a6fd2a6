"""Tuning jobs: trials in parallel, the objective out of their logs, the best of them."""

import math
import random

import pytest
from searched import MAXIMIZE, MINIMIZE
from world import until

from engine.host import ApiError
from engine.sagemaker.search import Search


def test_trials_run_in_parallel_and_the_best_is_named(sagemaker, world, finished, request_tuning):
    sagemaker.call("CreateHyperParameterTuningJob", request_tuning("tune"))
    describe = {"HyperParameterTuningJobName": "tune"}
    most = 0

    def ended():
        nonlocal most
        job = sagemaker.call("DescribeHyperParameterTuningJob", describe)
        most = max(most, job["TrainingJobStatusCounters"]["InProgress"])
        return job["HyperParameterTuningJobStatus"] != "InProgress"

    until(ended)
    assert most == 2
    job = finished("HyperParameterTuningJob", "tune")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 2, "Pending": 0, "Failed": 1}
    best = job["BestTrainingJob"]
    assert best["TunedHyperParameters"] == {"max_depth": "7"}
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {
        "Type": "Maximize", "MetricName": "validation:auc", "Value": 7.0,
    }  # fmt: skip
    assert best["TrainingJobName"].startswith("tune-003-")
    trial = sagemaker.call("DescribeTrainingJob", {"TrainingJobName": best["TrainingJobName"]})
    assert trial["HyperParameters"]["_tuning_objective_metric"] == "validation:auc"
    assert trial["HyperParameters"]["fixed"] == "yes"
    assert trial["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    log = world.logged("/aws/sagemaker/TrainingJobs", best["TrainingJobName"])
    assert "ARGS {'eta': None, 'max_depth': '7', 'booster': None, 'fixed': 'yes'}" in log
    ranked = {**describe, "SortBy": "FinalObjectiveMetricValue", "SortOrder": "Ascending"}
    trials = sagemaker.call("ListTrainingJobsForHyperParameterTuningJob", ranked)["TrainingJobSummaries"]
    assert [trial["TunedHyperParameters"]["max_depth"] for trial in trials] == ["1", "7"]
    events = world.emitted("SageMaker HyperParameter Tuning Job State Change")
    assert [event["HyperParameterTuningJobStatus"] for event in events] == ["InProgress", "Completed"]


def test_a_tuning_job_fails_when_every_trial_does(sagemaker, finished, request_tuning):
    only_bad = {"CategoricalParameterRanges": [{"Name": "max_depth", "Values": ["13"]}]}
    limits = {"MaxParallelTrainingJobs": 1}
    request = request_tuning("bad", ParameterRanges=only_bad, ResourceLimits=limits)
    sagemaker.call("CreateHyperParameterTuningJob", request)
    job = finished("HyperParameterTuningJob", "bad")
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No training job succeeded after 1 attempts.")


def test_stop_ends_the_running_trials_and_starts_no_more(sagemaker, finished, request_tuning):
    sagemaker.call("CreateHyperParameterTuningJob", request_tuning("stopped"))
    sagemaker.call("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": "stopped"})
    job = finished("HyperParameterTuningJob", "stopped")
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert sum(job["TrainingJobStatusCounters"].values()) <= 2


def test_random_draws_stay_in_their_ranges_and_follow_the_seed():
    ranges = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "9"}],
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.001", "MaxValue": "1", "ScalingType": "Logarithmic"},
            {"Name": "keep", "MinValue": "0.5", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"},
        ],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    limits = {"MaxNumberOfTrainingJobs": 300, "MaxParallelTrainingJobs": 1}
    config = {"Strategy": "Random", "RandomSeed": 7, "ResourceLimits": limits, "ParameterRanges": ranges}
    drawn, again = (
        [search.draw().candidate for _ in range(search.trials)]
        for search in (Search({**config, **MAXIMIZE}) for _ in range(2))
    )
    assert drawn == again
    assert {int(trial["depth"]) for trial in drawn} == set(range(2, 10))
    etas = sorted(float(trial["eta"]) for trial in drawn)
    assert 0.001 <= etas[0] < 0.002
    assert etas[-1] <= 1
    assert 0.015 < etas[150] < 0.06  # half of a logarithmic range lies below its geometric middle
    assert all(0.5 <= float(trial["keep"]) <= 0.999 for trial in drawn)
    assert {trial["booster"] for trial in drawn} == {"gbtree", "dart"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 2, "MaxNumberOfTrainingJobs": 5}}, "must be 3"),
        ({"Strategy": "Random"}, "MaxNumberOfTrainingJobs is required"),
        (
            {
                "ParameterRanges": {
                    "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]
                }
            },
            "only supports categorical",
        ),
        (
            {
                "Strategy": "Random",
                "ResourceLimits": {"MaxParallelTrainingJobs": 2, "MaxNumberOfTrainingJobs": 5},
                "ParameterRanges": {
                    "ContinuousParameterRanges": [
                        {"Name": "eta", "MinValue": "0", "MaxValue": "1", "ScalingType": "Logarithmic"}
                    ]
                },
            },
            "logarithmic scaling needs MinValue above 0",
        ),
        (
            {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "other"}},
            "not among the MetricDefinitions",
        ),
        (
            {
                "ParameterRanges": {"CategoricalParameterRanges": [{"Name": "reg_lambda", "Values": ["1"]}]},
            },
            r"untunable hyperparameters: \[reg_lambda\].*you can tune only \[alpha, ",
        ),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 5}}, "ml.m5.large for spot training job usage' is 4"),
    ],
)
def test_requests_aws_refuses(sagemaker, request_tuning, changes, message):
    with pytest.raises(ApiError, match=message):
        sagemaker.call("CreateHyperParameterTuningJob", request_tuning("refused", **changes))


def test_the_metrics_of_the_image_need_no_definition(sagemaker, finished, request_tuning):
    """SageMaker puts its own in, and finds what is printed as its built-in algorithm prints it."""
    request = request_tuning("own")
    del request["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    sagemaker.call("CreateHyperParameterTuningJob", request)
    best = finished("HyperParameterTuningJob", "own")["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 7


def test_definitions_of_a_tuning_job_may_be_refused_too(sagemaker, world, request_tuning, monkeypatch):
    monkeypatch.setitem(world.unknowns, "tuning-metric-definition", "refuse")
    with pytest.raises(ApiError, match="You can't override the metric definitions"):
        sagemaker.call("CreateHyperParameterTuningJob", request_tuning("t"))


def test_names_are_limited_to_32_characters(sagemaker, request_tuning):
    with pytest.raises(ApiError, match="length less than or equal to 32"):
        sagemaker.call("CreateHyperParameterTuningJob", request_tuning("x" * 33))


def test_the_bayesian_search_learns_from_its_trials():
    """Branin's function with some noise: the search finds better values than draws at random."""
    ranges = {
        "ContinuousParameterRanges": [
            {"Name": "x", "MinValue": "-5", "MaxValue": "10"},
            {"Name": "y", "MinValue": "0", "MaxValue": "15"},
        ]
    }

    def found(strategy, seed):
        limits = {"MaxNumberOfTrainingJobs": 30, "MaxParallelTrainingJobs": 1}
        search = Search(
            {
                "Strategy": strategy,
                "RandomSeed": seed,
                "ResourceLimits": limits,
                "ParameterRanges": ranges,
                **MINIMIZE,
            }
        )
        noise, best = random.Random(seed), math.inf
        for _ in range(search.trials):
            trial = search.draw()
            x, y = (float(trial.candidate[name]) for name in ("x", "y"))
            value = (
                (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
                + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 + noise.gauss(0, 0.1)
            )  # fmt: skip
            trial.end(value)
            best = min(best, value)
        return best

    assert sum(found("Bayesian", seed) < found("Random", seed) for seed in range(10)) >= 8
