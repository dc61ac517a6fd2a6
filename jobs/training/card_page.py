"""The model card and the lineage as one self-contained HTML page."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from common import schema

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: auto; padding: 1rem }
body { overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding-top: .75rem }
th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0 }
tr { border-bottom: 1px solid #8884 }
th { font-weight: 400; width: min(12rem, 35%) } td { font-variant-numeric: tabular-nums }
code { font-size: .8rem } details { margin: .4rem 0 } summary { cursor: pointer }
ul { padding-left: 1.2rem } li { margin: .3rem 0 }
"""


def page(card: Mapping[str, Any], lineage: Mapping[str, Any]) -> str:
    """
    :param card: result of model_card.py
    :param lineage: result of lineage.py
    """
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>Model {escape(lineage['identity'])}</title>\n<style>{STYLE}</style>\n",
            f"<h1>{escape(card['intended_uses']['purpose_of_model'])}</h1>\n",
            _rows("", {"dataset": schema.dataset()["name"], "model": lineage["identity"]}.items()),
            *_card(card),
            *_lineage(lineage),
            "</html>\n",
        ]
    )


def _card(card: Mapping[str, Any]) -> Iterator[str]:
    training, (evaluation,) = card["training_details"], card["evaluation_details"]
    job, more = training["training_job_details"], card["additional_information"]
    yield "<h2>What it is for</h2>"
    uses = {"decision": card["intended_uses"]["intended_uses"], **card["business_details"]}
    yield _rows("", ((name.replace("_", " "), text) for name, text in uses.items()))
    yield f"<p>{escape(card['intended_uses']['factors_affecting_model_efficiency'])}</p>"
    yield f"<h2>How it did</h2><p>{escape(evaluation['evaluation_observation'])}</p>"
    for group in evaluation["metric_groups"]:
        table = _rows(group["name"], ((metric["name"], metric["value"]) for metric in group["metric_data"]))
        many = group["name"].startswith("bias")
        yield f"<details><summary>{escape(group['name'])}</summary>{table}</details>" if many else table
    yield f"<h2>Whom it may treat unequally</h2><p>{escape(more['ethical_considerations'])}</p>"
    yield f"<p>{escape(more['caveats_and_recommendations'])}</p>"
    yield f"<h2>How it was trained</h2><p>{escape(training['training_observations'])}</p>"
    yield _rows("Parameters", ((each["name"], each["value"]) for each in job["hyper_parameters"]))


def _lineage(lineage: Mapping[str, Any]) -> Iterator[str]:
    data, code, training = lineage["data"], lineage["code"], lineage["training"]
    yield "<h2>What it was made of</h2>"
    made = {
        "image": training["image"],
        "instance": training["instanceType"],
        "training job": training["job"],
        "model": training["model"],
        "code": code["sha256"],
        "rows, hash": data["dataHash"],
    }
    yield _rows("", made.items())
    for partition in data["partitions"]:
        title = f"{partition['partition']}: {partition['rows']} rows of {len(partition['files'])} raw files"
        yield _files(title, partition["files"])
    yield _files(f"Labels: {len(data['labels'])} files", data["labels"])


def _rows(caption: str, rows: Iterable[tuple[str, Any]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}<td>{escape(_shown(value))}" for name, value in rows)
    return f"<table>{f'<caption>{escape(caption)}</caption>' if caption else ''}{cells}</table>\n"


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _files(title: str, files: Iterable[Mapping[str, Any]]) -> str:
    items = "".join(
        f"<li>{escape(file['key'])}, {file['bytes']:,} bytes<br><code>{file['sha256']}</code>"
        for file in files
    )
    return f"<details><summary>{escape(title)}</summary><ul>{items}</ul></details>\n"
