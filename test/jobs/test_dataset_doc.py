"""docs/dataset.md shows the columns of the schema. To rewrite it: python test/jobs/test_dataset_doc.py"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs/dataset.md"
START, END = "<!-- columns -->", "<!-- end of columns -->"


def tables() -> str:
    dataset = json.loads((ROOT / "datasets/default/dataset.json").read_text())
    sections = [
        *(
            (f"Raw table `{name}`: {table['meaning']}", table["columns"])
            for name, table in dataset["raw"].items()
        ),
        ("Curated features", dataset["features"]["columns"]),
        ("Labels", dataset["labels"]["columns"]),
    ]
    return "\n".join(part for title, columns in sections for part in section(title, columns))


def section(title: str, columns: list[dict[str, Any]]) -> list[str]:
    head = [
        "",
        f"### {title}",
        "",
        "| column | type | values | when broken or missing | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    return [*head, *(f"| {' | '.join(row(column))} |" for column in columns)]


def row(column: dict[str, Any]) -> list[str]:
    limits = [str(column[side]) for side in ("min", "max") if side in column]
    values = f"{' to '.join(limits)} {column.get('unit', '')}".strip()
    if "pattern" in column:
        values = f"`{column['pattern']}`"
    rule = {"quarantine": "row quarantined", "null": "value emptied", None: ""}[column.get("rule")]
    if column.get("nullable"):
        rule = "may be empty"
    role = {"retrain": " *(monitored: may start a retraining)*", "report": "", None: ""}[
        column.get("monitor")
    ]
    return [f"`{column['name']}`", column["type"], values, rule, column["meaning"] + role]


def written() -> str:
    before, rest = DOC.read_text().split(START)
    return f"{before}{START}\n{tables()}\n\n{END}{rest.split(END)[1]}"


def test_the_document_shows_the_schema() -> None:
    assert DOC.read_text() == written(), "run: python test/jobs/test_dataset_doc.py"


if __name__ == "__main__":
    DOC.write_text(written())
