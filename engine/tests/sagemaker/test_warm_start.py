"""Tuning jobs that go on from what others found."""

import copy

import pytest
from searched import DEPTHS, ETAS, MAXIMIZE, trials_of

from engine.host import ApiError
from engine.sagemaker.search import Search


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
