import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from conftest import THREE_WEEKS_END, Lake, Trained, training_arguments

import boosting
import train
from common import schema
from common.metrics import Confusion, auc
from common.model import Model
from common.slices import Slices
from common.tables import between, days_of, read_features

ROOT = Path(__file__).parents[3]


def run(lake: Lake, folder: Path, **changes: object) -> Model:
    train.main(training_arguments(lake, folder, **changes))
    return Model.load(folder / "model")


def booster_text(folder: Path) -> str:
    return (folder / "model/booster.json").read_text()


def test_the_artefact_says_what_it_was_trained_on(trained: Trained) -> None:
    meta = json.loads((trained.model / "model.json").read_text())
    assert meta["trainedThrough"] == THREE_WEEKS_END
    assert Slices.from_json(meta["slices"]).fit == ("2013-01-01", "2013-01-08")
    rows = between(read_features(trained.lake.features), "2013-01-01", THREE_WEEKS_END)
    assert sum(meta["rows"].values()) == len(rows)
    assert meta["rounds"] == Model.load(trained.model).predictor.booster.num_boosted_rounds()


def test_the_threshold_and_the_auc_are_those_of_the_select_slice(trained: Trained) -> None:
    model = Model.load(trained.model)
    labelled = train.label_rows(read_features(trained.lake.features), train.read_labels(trained.lake.labels))
    rows = between(labelled, *model.slices.select)
    labels, scores = rows["late"].to_numpy(), model.score(rows)
    assert auc(labels, scores) == pytest.approx(model.meta["selectScore"], abs=1e-9)
    prices = schema.problem()["costs"]
    cost = lambda cut: Confusion.of(labels, scores >= cut).cost(prices["falseAlarm"], prices["miss"])  # noqa: E731
    assert all(cost(model.threshold) <= cost(cut) for cut in np.linspace(0.05, 0.6, 50))


@pytest.mark.parametrize(("rows", "weight"), [(100, 1), (10_000, 4), (55_000, 20), (10**7, 20)])
def test_a_leaf_needs_more_rows_where_there_are_more(rows: int, weight: float) -> None:
    assert boosting.min_child_weight(rows) == weight


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(lake: Lake, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        run(lake, tmp_path / name, seed=seed)
    assert booster_text(tmp_path / "one") == booster_text(tmp_path / "again")
    assert booster_text(tmp_path / "one") != booster_text(tmp_path / "other")


def test_the_gate_slice_is_never_read_for_fitting(lake: Lake, trained: Trained, tmp_path: Path) -> None:
    """Features of the gate's days are turned upside down: the same model must come out."""
    frame = read_features(lake.features)
    gate = days_of(frame) >= np.datetime64("2013-01-15")
    spoilt = frame.copy()
    spoilt.loc[gate, "delay_before"] = -spoilt.loc[gate, "delay_before"]
    spoilt.loc[gate, "courier"] = "ZZ"
    folder = tmp_path / "features/month=2013-01"
    folder.mkdir(parents=True)
    spoilt.to_parquet(folder / "part.parquet")
    model = run(lake, tmp_path, features=tmp_path / "features")
    assert booster_text(tmp_path) == booster_text(trained.folder)
    assert model.threshold == Model.load(trained.model).threshold
    assert "ZZ" not in model.encoding.categories["courier"]
    assert model.meta["dataHash"] != json.loads((trained.model / "model.json").read_text())["dataHash"]


def test_labels_are_taken_from_ground_truth_alone(lake: Lake) -> None:
    labels = {column.name for column in schema.label_columns() if column.role == "label"}
    assert labels
    assert not labels & set(read_features(lake.features).columns)


def test_a_killed_run_resumes_and_ends_as_if_nothing_had_happened(
    lake: Lake, trained: Trained, tmp_path: Path
) -> None:
    """A spot interruption: the process is killed after a checkpoint, the next one finds the folder."""
    kill_after = (
        "import os, signal, sys, rounds, train\n"
        "write = rounds._checkpoint\n"
        "def and_die(*args):\n"
        "    write(*args)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "rounds._checkpoint = and_die\n"
        "train.main(sys.argv[1:])\n"
    )
    # The `common/` of the tests: train.py alone would find the one of its checkout, with the default dataset.
    rooms = [
        str(Path(schema.__file__).parents[1]),
        *(str(ROOT / "jobs" / room) for room in ("training", "serving")),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(rooms)}
    arguments = training_arguments(lake, tmp_path)
    killed = subprocess.run([sys.executable, "-c", kill_after, *arguments], env=environment, check=False)
    assert killed.returncode == -9
    assert not (tmp_path / "model").exists()

    resumed = subprocess.run(
        [sys.executable, str(ROOT / "jobs/training/train.py"), *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"resuming after round {boosting.CHECKPOINT_ROUNDS - 1} " in resumed.stdout
    assert "[0]\t" not in resumed.stdout
    assert booster_text(tmp_path) == booster_text(trained.folder)
    assert json.loads((tmp_path / "model/model.json").read_text()) == json.loads(
        (trained.model / "model.json").read_text()
    )


def test_a_checkpoint_of_other_settings_is_not_resumed(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(lake, tmp_path, num_round=12)
    run(lake, tmp_path, num_round=12, max_depth=2)
    assert "resuming" not in capsys.readouterr().out
    assert len(list((tmp_path / "checkpoints").glob("*.json"))) == 2
    run(lake, tmp_path / "fresh", num_round=12, max_depth=2)
    assert booster_text(tmp_path) == booster_text(tmp_path / "fresh")


def test_every_round_prints_the_tuning_metric_and_the_last_line_that_of_the_model(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = run(lake, tmp_path, num_round=25, early_stopping_rounds=25)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("]")[0] for line in lines[:-1]] == [f"[{number}" for number in range(25)]
    assert lines[-1] == f"[{model.meta['rounds'] - 1}]\tvalidation-auc:{model.meta['selectScore']:.6f}"


def test_a_failure_leaves_a_sentence_for_failure_reason(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to fit on"):
        run(lake, tmp_path, data_through="2013-01-10")
    assert "labelled days run from 2013-01-01" in (tmp_path / "output/failure").read_text()


def test_the_archive_serves_without_the_checkout(trained: Trained, tmp_path: Path) -> None:
    """The container has only the contents of model.tar.gz."""
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(trained.model, ".")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "model", filter="data")
    program = (
        "import inference, common, sys\n"
        "model = inference.model_fn(sys.argv[1])\n"
        "assert common.__file__.startswith(sys.argv[1])\n"
        "print(model.meta['trainedThrough'])\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["PYTHONPATH"] = str(tmp_path / "model/code")
    served = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "model")],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert served.stdout.strip() == THREE_WEEKS_END


def test_a_model_of_other_features_is_refused(trained: Trained, tmp_path: Path) -> None:
    model = Model.load(trained.model)
    features = model.meta["features"]
    Model(model.predictor, model.encoding, {**model.meta, "features": features[::-1]}).save(tmp_path)
    with pytest.raises(ValueError, match="in another order, unlike dataset"):
        Model.load(tmp_path)


def test_order_and_number_of_files_do_not_matter(lake: Lake, trained: Trained, tmp_path: Path) -> None:
    frame = read_features(lake.features)
    shuffled = frame.sample(frac=1, random_state=3)
    (tmp_path / "features").mkdir()
    for number in range(3):
        shuffled.iloc[number::3].to_parquet(tmp_path / f"features/part-{number}.parquet")
    run(lake, tmp_path, features=tmp_path / "features")
    assert booster_text(tmp_path) == booster_text(trained.folder)
