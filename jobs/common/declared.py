"""
Validates a dataset file: its JSON Schema, and the rules between its keys. lib/shared/dataset-rules.ts holds
the same rules, and schema/dataset.cases.json tests both. The jobs validate again because their package may be
older or newer than the dataset file beside it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

Fault = tuple[str, str]

# Names that have a meaning of their own in answers, captured records and reports.
RESERVED = ("score", "predicted", "event_id")
# Column and table names that the Glue job's own queries use.
OF_THE_JOB = re.compile(r"partition|own|quarantine|set_aside|broke_.*")
VIEWS_OF_THE_JOB = ("events", "curated", "features")
# Constructs that a pattern may not contain, because one of three languages lacks or changes them.
NOT_PORTABLE = re.compile(
    r"\(\?(?!:)|\\(?![dDwWsSbBtnrf]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})[a-zA-Z]|[*+?}]\+|\[\[:|&&"
)

# Keys that are allowed for one task only.
KEYS_OF_TASK = {
    "binary": ("costs",),
    "multiclass": ("target", "label", "classes", "positive"),
    "regression": ("target", "positiveFrom", "loss", "intervalLevel"),
}

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def check(dataset: Any, schema: dict[str, Any]) -> None:
    """
    :param schema: content of schema/dataset.schema.json
    :raises ValueError: with one line per fault: the key, and what is wrong or what is right
    """
    faults = list(_shape(dataset, schema, ())) or list(_rules(dataset))
    if faults:
        lines = "\n".join(f"  {at}: {why}" for at, why in faults)
        raise ValueError(f"dataset.json is refused:\n{lines}")


def _shape(value: Any, schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    """Violations of the JSON Schema keywords that lib/shared/dataset-file.ts generates; no others occur."""
    at = ".".join(path) or "the file"
    kind = schema.get("type")
    wanted = TYPES.get(kind or "")
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean")):
        yield at, f"must be of type {kind}; it is {value!r:.80}"
        return
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        allowed = schema.get("enum", [schema.get("const")])
        yield at, f"must be one of {', '.join(map(str, allowed))}; it is {_shown(value)}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield at, f"must match {schema['pattern']}; it is {_shown(value)}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield at, "must not be empty"
    if isinstance(value, (int, float)) and (
        value < schema.get("minimum", value)
        or value > schema.get("maximum", value)
        or value <= schema.get("exclusiveMinimum", float("-inf"))
        or value >= schema.get("exclusiveMaximum", float("inf"))
    ):
        yield at, f"is out of range: {value}"
    if isinstance(value, dict):
        yield from _object(value, schema, path)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield at, f"must have {schema['minItems']} entries at least"
        for place, item in enumerate(value):
            name = item.get("name") if isinstance(item, dict) else None
            step = name if isinstance(name, str) else str(place)
            # A column is found by its name; the step before it in the path is its table.
            yield from _shape(item, schema.get("items", {}), (*path[:-1], step) if name else (*path, step))


def _object(value: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Fault]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key in schema.get("required", []):
        if key not in value:
            yield ".".join((*path, key)), "is missing"
    for key, inner in value.items():
        if key in known:
            yield from _shape(inner, known[key], (*path, key))
        elif isinstance(others, dict):
            if not re.search(schema.get("propertyNames", {}).get("pattern", ""), key):
                yield ".".join(path), f'the name "{key}" does not match {schema["propertyNames"]["pattern"]}'
            yield from _shape(inner, others, (*path, key))
        elif others is False:
            yield ".".join(path) or "the file", f'the key "{key}" is unknown'


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _rules(dataset: dict[str, Any]) -> Iterator[Fault]:
    if not _is_day(dataset["since"]):
        yield "since", f'"{dataset["since"]}" is no day of the years 1900 to 2199, which partitions have'
    features, labels = dataset["features"]["columns"], dataset["labels"]["columns"]
    yield from _raw(dataset["raw"])
    yield from _features(features)

    identity = next((c["name"] for c in features if c["role"] == "id"), None)
    ids, targets = [c for c in labels if c["role"] == "id"], [c for c in labels if c.get("target")]
    if len(ids) != 1 or ids[0]["name"] != identity:
        yield (
            "labels.columns",
            f"one column must have the role id and the name {identity}, that of the features",
        )
    if labels[0]["role"] != "id":
        yield "labels.columns", "the id comes first, then the values of a ground-truth line in their order"
    problems = {"problem": dataset["problem"]}
    problems |= {f"tasks.{name}": problem for name, problem in dataset.get("tasks", {}).items()}
    if len(targets) != 1 and any(p.get("task", "binary") == "binary" for p in problems.values()):
        yield "labels.columns", f"exactly one label must be the target; {len(targets)} are"
    for at, problem in problems.items():
        yield from _problem(at, problem, labels, features)
    for c in targets:
        if (c["type"], c.get("min"), c.get("max")) != ("int", 0, 1):
            yield f"labels.{c['name']}", "the target must be an int with min 0 and max 1"
    for c in labels:
        if c["role"] == "label" and c["type"] == "string":
            yield f"labels.{c['name']}.type", "a label is an int or a double"
    yield from _columns("labels", labels)

    taken = dict.fromkeys(RESERVED, "answers and reports use it")
    taken |= {c["name"]: "a label has it" for c in labels if c["role"] == "label"}
    taken[dataset["partition"]] = "the partitions of the lake use it"
    for c in features:
        if c["name"] in taken:
            name = c["name"]
            yield f"features.{name}.name", f'"{name}" is taken: {taken[name]}; rename it'


def _problem(
    at: str, problem: dict[str, Any], labels: list[dict[str, Any]], features: list[dict[str, Any]]
) -> Iterator[Fault]:
    task = problem.get("task", "binary")
    wanted = KEYS_OF_TASK[task]
    for key in dict.fromkeys(key for keys in KEYS_OF_TASK.values() for key in keys):
        if (key in wanted) != (key in problem):
            yield f"{at}.{key}", "is missing" if key in wanted else f"a {task} task has no such key"
    least = "auc" if task == "binary" else "skill"
    if set(problem["floor"]) != {least, "meaning"}:
        yield f"{at}.floor", f"a {task} task has {least} and meaning here"
    numbers = [c["name"] for c in labels if c["role"] == "label" and c["type"] != "string"]
    target, label = problem.get("target"), problem.get("label")
    if target is not None and target not in numbers:
        yield f"{at}.target", f'"{target}" is no label that holds numbers'
    if label is not None and any(c["name"] == label for c in (*labels, *features)):
        yield f"{at}.label", f'"{label}" is taken: a column has it; rename it'
    classes = problem.get("classes", [])
    cuts = [one.get("below") for one in classes]
    ends = [cut for cut in cuts[:-1] if cut is not None]
    if classes and (cuts[-1] is not None or len(ends) < len(cuts) - 1 or ends != sorted(set(ends))):
        yield f"{at}.classes", "each class but the last must have a larger `below` than that before"
    names = [one["name"] for one in classes]
    if len(set(names)) < len(names):
        yield f"{at}.classes", "two classes have one name"
    for name in problem.get("positive", []):
        if name not in names:
            yield f"{at}.positive", f'"{name}" is no class'


def _raw(tables: dict[str, dict[str, Any]]) -> Iterator[Fault]:
    events = sum(table["role"] == "events" for table in tables.values())
    if events != 1:
        yield "raw", f"exactly one table must have the role events; {events} have it"
    for name, table in tables.items():
        at, types = f"raw.{name}", {c["name"]: c["type"] for c in table["columns"]}
        if table["role"] == "reference" and name in VIEWS_OF_THE_JOB:
            yield at, f'"{name}" is taken: the Glue job has a view of this name; rename the table'
        for column in filter(OF_THE_JOB.fullmatch, types):
            yield f"{at}.{column}.name", f'"{column}" is taken: the Glue job\'s queries use it; rename it'
        if table["role"] == "events" and "time" not in table:
            yield at, "the events table must name its time column"
        if table["role"] == "reference" and "key" not in table:
            yield at, "a reference table must name its key"
        for column in table.get("key", []):
            if column not in types:
                yield f"{at}.key", f'"{column}" is no column of the table'
        if "time" in table and types.get(table["time"]) != "timestamp":
            yield f"{at}.time", f'"{table["time"]}" is no column of type timestamp of the table'
        if "lookBackDays" in table and "time" not in table:
            yield f"{at}.lookBackDays", "a table without a time column has no days to look back"
        yield from _columns(at, table["columns"])


def _features(columns: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    for role, type_ in (("id", "string"), ("time", "timestamp")):
        those = [c for c in columns if c["role"] == role]
        if len(those) != 1:
            yield "features.columns", f"exactly one column must have the role {role}; {len(those)} have it"
        for c in those:
            if c["type"] != type_:
                yield f"features.{c['name']}.type", f"the {role} must be a {type_}"
    for c in columns:
        at, kind = f"features.{c['name']}", c.get("kind")
        if c["role"] == "feature" and kind is None:
            yield at, "a feature must have the kind categorical or numeric"
        if kind == "numeric" and c["type"] not in ("int", "double"):
            yield f"{at}.kind", f"a {c['type']} cannot be numeric"
        if kind == "categorical" and c["type"] not in ("string", "int"):
            yield f"{at}.kind", f"a {c['type']} cannot be categorical"
        if (c.get("facet") or c.get("segment")) and kind != "categorical":
            yield at, "facets and segments are values of a categorical feature"
        if "ruleOfThumb" in c and kind != "numeric":
            yield f"{at}.ruleOfThumb", "the simple rule orders rows by a numeric feature"
    rules = sum("ruleOfThumb" in c for c in columns)
    if rules > 1:
        yield "features.columns", f"at most one feature is the simple rule; {rules} are"
    yield from _columns("features", columns)


def _columns(table: str, columns: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for c in columns:
        at, low, high, pattern = f"{table}.{c['name']}", c.get("min"), c.get("max"), c.get("pattern")
        if c["name"] in seen:
            yield at, "two columns have this name"
        seen.add(c["name"])
        if low is not None and high is not None and low > high:
            yield at, f"min {low} is above max {high}"
        if (low is not None or high is not None) and c["type"] not in ("int", "double"):
            yield at, f"a {c['type']} has neither min nor max"
        if pattern is None:
            continue
        if c["type"] != "string":
            yield f"{at}.pattern", f"a {c['type']} has no pattern"
        if (
            not re.fullmatch(r"\^.*\$", pattern, re.DOTALL)
            or NOT_PORTABLE.search(pattern)
            or not _compiles(pattern)
        ):
            yield (
                f"{at}.pattern",
                f'"{pattern}" must run from ^ to $ and mean the same in Java, JavaScript and Python',
            )
        if _explodes(pattern):
            yield f"{at}.pattern", f'"{pattern}" repeats a group that is a repetition itself'


def _explodes(pattern: str) -> bool:
    """True when a repeated group, whose parts are all optional or repeated, can match a text in many ways."""
    text = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern, flags=re.DOTALL).replace("(?:", "(")
    text = re.sub(r"\{\d+(,\d+)?\}", "", re.sub(r"\{\d+,\}", "+", text))
    text = re.sub(r"[^()|*+?]", "x", text)
    while group := re.search(r"\(([^()]*)\)(.?)", text):
        parts = [part for part in group[1].split("|") if re.fullmatch(r"(?:x[*+?]\??)+", part)]
        repeats = any("*" in part or "+" in part for part in parts)
        if repeats and group[2] in ("*", "+"):
            return True
        text = text.replace(group[0], ("x+" if repeats else "x") + group[2], 1)
    return False


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(text).year < 2200
    except ValueError:
        return False


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
