"""Tuning jobs: trials in parallel, the objective out of their logs, the best of them."""

import copy
import math
import random

import pytest
from world import training_request, until

from engine.host import ApiError
from engine.sagemaker import process
from engine.sagemaker.search import Search

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


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.2)


@pytest.fixture
def request_tuning(world, put):
    put("train/x", b"1")
    put("code.tar.gz", {"train.py": TRAIN})

    def build(name, **config):
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

    return build


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


def test_a_warm_start_draws_near_what_was_found_before():
    ranges = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]}
    limits = {"MaxNumberOfTrainingJobs": 8, "MaxParallelTrainingJobs": 1}
    config = {
        "Strategy": "Bayesian",
        "RandomSeed": 1,
        "ResourceLimits": limits,
        "ParameterRanges": ranges,
        **MAXIMIZE,
    }
    earlier = [({"eta": str(number / 40)}, -abs(number / 40 - 0.8)) for number in range(45)]
    warm, cold = Search(config, earlier), Search(config)
    away = lambda search: abs(float(search.draw().candidate["eta"]) - 0.8)  # noqa: E731
    assert sum(away(warm) for _ in range(8)) < sum(away(cold) for _ in range(8)) / 3


EPOCHS = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--eta", type=float)
eta = parser.parse_known_args()[0].eta
for epoch in range(1, 27):
    print(f"[{epoch}]\tvalidation-auc:{eta * (1 - 0.5 ** epoch):.4f}", flush=True)
    time.sleep(0.05)
open("/opt/ml/model/booster.json", "w").write("{}")
"""
ETAS = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]}


def trials_of(sagemaker, name):
    request = {"HyperParameterTuningJobName": name, "SortBy": "Name", "SortOrder": "Ascending"}
    return sagemaker.call("ListTrainingJobsForHyperParameterTuningJob", request)["TrainingJobSummaries"]


def epochs_of(world, trial):
    return world.logged("/aws/sagemaker/TrainingJobs", trial["TrainingJobName"]).count("validation-auc")


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
    assert spent < 0.8 * 8 * 26
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


@pytest.fixture
def warm(sagemaker, finished, request_tuning):
    """A request that goes on from an ended tuning job."""
    limits = {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 1}
    depths = {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "900"}]}
    sagemaker.call(
        "CreateHyperParameterTuningJob",
        request_tuning("parent", Strategy="Random", ParameterRanges=depths, ResourceLimits=limits),
    )
    finished("HyperParameterTuningJob", "parent")

    def build(kind="TransferLearning", **config):
        own = {"Strategy": "Bayesian", "ParameterRanges": depths, "ResourceLimits": limits, **config}
        parents = [{"HyperParameterTuningJobName": "parent"}]
        start = {"WarmStartType": kind, "ParentHyperParameterTuningJobs": parents}
        return {**request_tuning("warm", **own), "WarmStartConfig": start}

    return build


def test_a_warm_start_names_the_best_trial_of_all(sagemaker, finished, warm):
    sagemaker.call("CreateHyperParameterTuningJob", warm("IdenticalDataAndAlgorithm"))
    job = finished("HyperParameterTuningJob", "warm")
    value = lambda trial: trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]  # noqa: E731
    both = [trials_of(sagemaker, name)[0] for name in ("parent", "warm")]
    assert value(job["OverallBestTrainingJob"]) == max(map(value, both))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["TrainingJobDefinition"]["StaticHyperParameters"].pop("fixed"), "names is not the same"),
        (
            lambda r: r["TrainingJobDefinition"]["StaticHyperParameters"].update(
                {f"n{i}": "1" for i in range(6)}
            ),
            "names is not the same",
        ),
        (
            lambda r: r["HyperParameterTuningJobConfig"].update(
                ParameterRanges={
                    "ContinuousParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "9"}]
                }
            ),
            "type of hyperparameters",
        ),
        (
            lambda r: r["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"].update(
                Type="Minimize"
            ),
            "objective metric must be that of parent",
        ),
        (
            lambda r: r["HyperParameterTuningJobConfig"]["ResourceLimits"].update(
                MaxNumberOfTrainingJobs=500
            ),
            "501 training jobs",
        ),
        (
            lambda r: r["TrainingJobDefinition"].update(EnableNetworkIsolation=True),
            "Only the following fields in TrainingJobDefinition are allowed to change",
        ),
        (
            lambda r: r["TrainingJobDefinition"]["InputDataConfig"][0].update(ChannelName="other"),
            "needs the training image and the input data",
        ),
        (
            lambda r: r["HyperParameterTuningJobConfig"].update(
                Strategy="Grid", ParameterRanges=DEPTHS, ResourceLimits={"MaxParallelTrainingJobs": 1}
            ),
            "not rehearsed",
        ),
    ],
)
def test_warm_starts_that_aws_refuses(sagemaker, warm, change, message):
    request = warm("IdenticalDataAndAlgorithm")
    change(request)
    with pytest.raises(ApiError, match=message):
        sagemaker.call("CreateHyperParameterTuningJob", request)


def test_a_parent_that_runs_is_refused(sagemaker, finished, request_tuning, warm):
    sagemaker.call("CreateHyperParameterTuningJob", request_tuning("running"))
    request = warm()
    request["WarmStartConfig"]["ParentHyperParameterTuningJobs"] = [
        {"HyperParameterTuningJobName": "running"}
    ]
    with pytest.raises(ApiError, match="running is in status InProgress; it must have ended"):
        sagemaker.call("CreateHyperParameterTuningJob", request)
    finished("HyperParameterTuningJob", "running")


def test_ten_changes_of_static_hyperparameters_are_the_most(sagemaker, finished, request_tuning, warm):
    request = request_tuning("many", Strategy="Random", ParameterRanges=ETAS)
    request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] = 2
    statics = request["TrainingJobDefinition"]["StaticHyperParameters"]
    statics.update({f"n{number}": "1" for number in range(6)})
    sagemaker.call("CreateHyperParameterTuningJob", request)
    finished("HyperParameterTuningJob", "many")
    request = copy.deepcopy(request)
    changed = request["TrainingJobDefinition"]["StaticHyperParameters"]
    changed.update({f"n{number}": "2" for number in range(6)})
    parents = [{"HyperParameterTuningJobName": "many"}]
    request["WarmStartConfig"] = {
        "WarmStartType": "TransferLearning",
        "ParentHyperParameterTuningJobs": parents,
    }
    request["HyperParameterTuningJobName"] = "again"
    with pytest.raises(ApiError, match="12 changes of static hyperparameters"):
        sagemaker.call("CreateHyperParameterTuningJob", request)
