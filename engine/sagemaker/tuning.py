"""Hyperparameter tuning: parallel training jobs, with the objective read from their logs while they run."""

import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
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
from engine.sagemaker.search import Search
from engine.sagemaker.store import TRAINING_JOB, TUNING_JOB, Record
from engine.sagemaker.training import TrainingJobs, as_logged, refuse_unrehearsed
from engine.sagemaker.tuning_rules import hyperband, refuse_invalid, refuse_warm_start, tuned_names

_NOT_REHEARSED = ("TrainingJobDefinitions", "Autotune")
_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"
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
        parents = self._parents(params)
        if "WarmStartConfig" in params:
            refuse_warm_start(params, parents, sum(len(self._trials(parent)) for parent in parents))
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
        search = Search(config, [one for parent in parents for one in self._found(parent)])
        threading.Thread(target=self._run, args=(record, search, definition), daemon=True).start()
        return record

    def _parents(self, tuning: Mapping[str, Any]) -> list[Record]:
        """The tuning jobs that a warm start continues."""
        named = tuning.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", [])
        return [self._ground.store.get(TUNING_JOB, parent["HyperParameterTuningJobName"]) for parent in named]

    def _found(self, parent: Record) -> Sequence[tuple[Mapping[str, str], float]]:
        """Hyperparameters and objective of a tuning job's trials; static ones may be tuned now."""
        return [
            (trial["HyperParameters"], trial[_OBJECTIVE]["Value"])
            for trial in self._trials(parent)
            if _OBJECTIVE in trial
        ]

    def _judged(self, params: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
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
        config = hyperband(config, definition.get("StaticHyperParameters", {}))
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

    def _run(self, record: Record, search: Search, definition: Mapping[str, Any]) -> None:
        parallel = record["ResourceLimits"]["MaxParallelTrainingJobs"]
        with ThreadPoolExecutor(parallel, thread_name_prefix=record["HyperParameterTuningJobName"]) as pool:
            trials = [
                pool.submit(self._try, record, search, definition, number)
                for number in range(1, search.trials + 1)
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

    def _try(self, record: Record, search: Search, definition: Mapping[str, Any], number: int) -> None:
        """Run one trial to its end, or until the strategy stops it."""
        name = record["HyperParameterTuningJobName"]
        objective = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        with self._updating:
            if record["HyperParameterTuningJobStatus"] == "Stopping":
                return
            trial = search.draw()
            hyperparameters = {
                **definition.get("StaticHyperParameters", {}),
                **trial.candidate,
                "_tuning_objective_metric": objective["MetricName"],
            }
            request = {
                **{key: value for key, value in definition.items() if key != "StaticHyperParameters"},
                "TrainingJobName": f"{name}-{number:03}-{secrets.token_hex(4)}",
                "HyperParameters": hyperparameters,
            }
            pattern = next(
                item["Regex"]
                for item in metric_definitions(definition["AlgorithmSpecification"])
                if item["Name"] == objective["MetricName"]
            )

            def heard(line: str) -> bool:
                found = re.search(pattern, as_logged(line))
                return found is not None and trial.stops_after(float(found[1]))

            job = self._training.begin(
                request,
                heard,
                TuningJobArn=record["HyperParameterTuningJobArn"],
                TunedHyperParameters=trial.candidate,
                ObjectiveStatus="Pending",
            )
            self._running[name].append(job)
            self._count(record)
        job.done.wait()
        with self._updating:
            trial.end(self._measure(job.record, objective))
            self._count(record)

    def _measure(self, trial: Record, objective: Mapping[str, str]) -> float | None:
        """Set the objective of an ended trial, the last one in its log; a stopped trial has one too."""
        values = {item["MetricName"]: item["Value"] for item in trial.get("FinalMetricDataList", [])}
        name = objective["MetricName"]
        if trial["TrainingJobStatus"] == "Failed" or name not in values:
            trial["ObjectiveStatus"] = "Failed"
            return None
        trial[_OBJECTIVE] = {**objective, "Value": values[name]}
        trial["ObjectiveStatus"] = "Succeeded"
        return float(values[name])

    def _count(self, record: Record) -> None:
        """Update the counters and the best trial of a tuning job."""
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
        self._rank(record, "BestTrainingJob", trials)
        if record.get("WarmStartConfig", {}).get("WarmStartType") == "IdenticalDataAndAlgorithm":
            earlier = [trial for parent in self._parents(record) for trial in self._trials(parent)]
            self._rank(record, "OverallBestTrainingJob", [*trials, *earlier])
        record["LastModifiedTime"] = time.time()

    def _rank(self, record: Record, member: str, trials: Sequence[Record]) -> None:
        """Store the trial with the best objective as a member of the tuning job."""
        kind = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["Type"]
        sign = 1 if kind == "Maximize" else -1
        measured = [trial for trial in trials if _OBJECTIVE in trial]
        if measured:
            record[member] = dict(max(measured, key=lambda trial: sign * trial[_OBJECTIVE]["Value"]))

    def _trials(self, record: Record) -> list[Record]:
        arn = record["HyperParameterTuningJobArn"]
        return [job for job in self._ground.store.all(TRAINING_JOB) if job.get("TuningJobArn") == arn]

    def _list_trials(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        record = self._ground.store.get(TUNING_JOB, params["HyperParameterTuningJobName"])
        trials = self._trials(record)
        if params.get("SortBy") == "FinalObjectiveMetricValue":
            # Trials without an objective are not ordered; SageMaker leaves them out too.
            trials = [
                {**trial, "FinalObjectiveMetricValue": trial[_OBJECTIVE]["Value"]}
                for trial in trials
                if _OBJECTIVE in trial
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
