"""Hyperparameter tuning: training jobs in parallel, the objective read from their logs."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine.host import InvalidError
from engine.sagemaker.first_party import (
    metric_definitions,
    refuse_metric_definitions,
    refuse_untunable,
)
from engine.sagemaker.ground import Ground, Operation
from engine.sagemaker.jobs import Job
from engine.sagemaker.search import Candidate, best, candidates, refuse_invalid, tuned_names
from engine.sagemaker.store import TRAINING_JOB, TUNING_JOB, Record
from engine.sagemaker.training import TrainingJobs, refuse_unrehearsed

_STRATEGIES_AS_RANDOM = {
    "Bayesian": "trials were drawn at random: none was chosen by what earlier ones found",
    "Hyperband": "trials were drawn at random and all ran to their end: none was stopped early",
}
_NOT_REHEARSED = ("TrainingJobDefinitions", "WarmStartConfig", "Autotune")
_CONFIG_NOT_REHEARSED = ("TuningJobCompletionCriteria",)
_DEFINITION_NOT_REHEARSED = ("TuningObjective", "HyperParameterRanges", "HyperParameterTuningResourceConfig")


class TuningJobs:
    def __init__(self, ground: Ground, training: TrainingJobs) -> None:
        self._ground, self._training = ground, training
        self._running: dict[str, list[Job]] = {}
        self._updating = threading.Lock()

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateHyperParameterTuningJob": self._create,
            "DescribeHyperParameterTuningJob": self._ground.describe(TUNING_JOB),
            "ListHyperParameterTuningJobs": self._ground.list(TUNING_JOB, "HyperParameterTuningJobSummaries"),
            "ListTrainingJobsForHyperParameterTuningJob": self._list_trials,
            "StopHyperParameterTuningJob": self._stop,
        }

    def _create(self, params: Mapping[str, Any]) -> Record:
        config, definition = self._judged(params)
        self._training.require_role(definition["RoleArn"])
        self._training.require_quota(definition, config["ResourceLimits"]["MaxParallelTrainingJobs"])
        if config["Strategy"] in _STRATEGIES_AS_RANDOM:
            self._ground.host.not_rehearsed(
                f"tuning strategy {config['Strategy']}", _STRATEGIES_AS_RANDOM[config["Strategy"]]
            )
        if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
            self._ground.host.not_rehearsed("early stopping of tuning trials", "every trial ran to its end")
        record = self._ground.store.add(
            TUNING_JOB,
            params,
            HyperParameterTuningJobStatus="InProgress",
            Strategy=config["Strategy"],
            ResourceLimits=config["ResourceLimits"],
        )
        self._count(record)
        self._announce(record)
        self._running[record["HyperParameterTuningJobName"]] = []
        threading.Thread(target=self._run, args=(record, config, definition), daemon=True).start()
        return record

    def _judged(self, params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        config, definition = params["HyperParameterTuningJobConfig"], params.get("TrainingJobDefinition")
        refused = [
            *(name for name in _NOT_REHEARSED if name in params),
            *(name for name in _CONFIG_NOT_REHEARSED if name in config),
            *(name for name in _DEFINITION_NOT_REHEARSED if name in (definition or {})),
            *(["MaxRuntimeInSeconds"] if "MaxRuntimeInSeconds" in config["ResourceLimits"] else []),
        ]
        if refused or definition is None:
            raise InvalidError(
                f"Tuning is rehearsed with one TrainingJobDefinition, without {refused or _NOT_REHEARSED}."
            )
        for member in ("ResourceConfig", "StoppingCondition"):
            if member not in definition:
                raise InvalidError(f"TrainingJobDefinition needs {member}.")
        refuse_invalid(config)
        refuse_unrehearsed(definition)
        algorithm = definition["AlgorithmSpecification"]
        refuse_untunable(algorithm["TrainingImage"], tuned_names(config))
        if self._ground.host.unknown("tuning-metric-definition") == "refuse":
            refuse_metric_definitions(algorithm)
        metric = config.get("HyperParameterTuningJobObjective", {}).get("MetricName")
        defined = [item["Name"] for item in metric_definitions(algorithm)]
        if metric not in defined:
            raise InvalidError(f"The objective metric {metric} is not among the MetricDefinitions {defined}.")
        return config, definition

    def _run(self, record: Record, config: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
        parallel = config["ResourceLimits"]["MaxParallelTrainingJobs"]
        with ThreadPoolExecutor(parallel, thread_name_prefix=record["HyperParameterTuningJobName"]) as pool:
            trials = [
                pool.submit(self._try, record, config, definition, number, candidate)
                for number, candidate in enumerate(candidates(config), start=1)
            ]
        stopped = record["HyperParameterTuningJobStatus"] == "Stopping"
        status = "Stopped" if stopped else "Completed"
        if not stopped and "BestTrainingJob" not in record:
            status = "Failed"
            defects = [str(trial.exception()) for trial in trials if trial.exception()]
            record["FailureReason"] = (
                f"InternalServerError: {defects[0]}"
                if defects
                else f"No training job succeeded after {len(trials)} attempts. Please take a look at the "
                "training job failures to get more details."
            )
        record["HyperParameterTuningEndTime"] = time.time()
        record["HyperParameterTuningJobStatus"] = status
        self._announce(record)

    def _try(
        self,
        record: Record,
        config: Mapping[str, Any],
        definition: Mapping[str, Any],
        number: int,
        candidate: Candidate,
    ) -> None:
        """Run one trial to its end."""
        name = record["HyperParameterTuningJobName"]
        with self._updating:
            if record["HyperParameterTuningJobStatus"] == "Stopping":
                return
            metric = config["HyperParameterTuningJobObjective"]["MetricName"]
            hyperparameters = {
                **definition.get("StaticHyperParameters", {}),
                **candidate,
                "_tuning_objective_metric": metric,
            }
            request = {
                **{key: value for key, value in definition.items() if key != "StaticHyperParameters"},
                "TrainingJobName": f"{name}-{number:03}-{secrets.token_hex(4)}",
                "HyperParameters": hyperparameters,
            }
            job = self._training.begin(
                request,
                TuningJobArn=record["HyperParameterTuningJobArn"],
                TunedHyperParameters=candidate,
                ObjectiveStatus="Pending",
            )
            self._running[name].append(job)
            self._count(record)
        job.done.wait()
        with self._updating:
            self._measure(job.record, config["HyperParameterTuningJobObjective"])
            self._count(record)

    def _measure(self, trial: Record, objective: Mapping[str, str]) -> None:
        """Give an ended trial its objective, if its log holds one."""
        values = {item["MetricName"]: item["Value"] for item in trial.get("FinalMetricDataList", [])}
        name = objective["MetricName"]
        if trial["TrainingJobStatus"] == "Completed" and name in values:
            trial["FinalHyperParameterTuningJobObjectiveMetric"] = {**objective, "Value": values[name]}
            trial["ObjectiveStatus"] = "Succeeded"
        else:
            trial["ObjectiveStatus"] = "Failed"

    def _count(self, record: Record) -> None:
        """Bring the counters and the best trial of a tuning job up to date."""
        trials = self._trials(record)
        states = Counter(trial["TrainingJobStatus"] for trial in trials)
        objectives = Counter(trial["ObjectiveStatus"] for trial in trials)
        record["TrainingJobStatusCounters"] = {
            "Completed": states["Completed"],
            "InProgress": states["InProgress"] + states["Stopping"],
            "RetryableError": 0,
            "NonRetryableError": states["Failed"],
            "Stopped": states["Stopped"],
        }
        record["ObjectiveStatusCounters"] = {
            status: objectives[status] for status in ("Succeeded", "Pending", "Failed")
        }
        kind = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["Type"]
        winner = best(trials, kind)
        if winner is not None:
            record["BestTrainingJob"] = dict(winner)
        record["LastModifiedTime"] = time.time()

    def _trials(self, record: Record) -> list[Record]:
        arn = record["HyperParameterTuningJobArn"]
        return [job for job in self._ground.store.all(TRAINING_JOB) if job.get("TuningJobArn") == arn]

    def _list_trials(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._ground.store.get(TUNING_JOB, params["HyperParameterTuningJobName"])
        trials = self._trials(record)
        if params.get("SortBy") == "FinalObjectiveMetricValue":
            # Trials without an objective have no place in this order; SageMaker leaves them out too.
            objective = "FinalHyperParameterTuningJobObjectiveMetric"
            trials = [
                {**trial, "FinalObjectiveMetricValue": trial[objective]["Value"]}
                for trial in trials
                if objective in trial
            ]
        records, token = self._ground.store.page(TRAINING_JOB, trials, params)
        return {"TrainingJobSummaries": records, "NextToken": token}

    def _stop(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._ground.store.get(TUNING_JOB, params["HyperParameterTuningJobName"])
        with self._updating:
            if record["HyperParameterTuningJobStatus"] != "InProgress":
                raise InvalidError(
                    f"The tuning job is in status {record['HyperParameterTuningJobStatus']}; only a job in "
                    "progress can be stopped."
                )
            record["HyperParameterTuningJobStatus"] = "Stopping"
        self._announce(record)
        for job in self._running[record["HyperParameterTuningJobName"]]:
            threading.Thread(target=job.stop, daemon=True).start()
        return {}

    def _announce(self, record: Record) -> None:
        self._ground.announce(TUNING_JOB, "HyperParameter Tuning Job", record)
