"""From hires to features; datasets/nyc-flights/features.py has the same functions for a harder case."""


def time() -> str:
    """The event time of a raw row: the time column of `features` in dataset.json."""
    return "day"


def key() -> str:
    """What identifies a raw row: the id column. Numbers are counted within a depot."""
    return "concat_ws('-', depot, CAST(hire_number AS BIGINT))"


def row_rules() -> dict[str, str]:
    """Why a raw row is quarantined, beyond the rules of its columns."""
    return {"not_midnight": "day <> date_trunc('day', day)"}


def set_aside() -> str:
    """Why a sound row can have no label, or NULL."""
    return "CASE WHEN state_returned IS NULL THEN 'out' END"


def views() -> dict[str, str]:
    """Named steps on the way: wear is what happened on the days that a partition looks back to."""
    return {
        "worn": """
            SELECT partition, tool, count(*) AS hires
            FROM events WHERE NOT own AND quarantine IS NULL
            GROUP BY ALL""",
    }


def joins() -> dict[str, tuple[str, str]]:
    """What is joined to each curated `event`: name, view or reference table, condition."""
    return {
        "item": ("tools", "item.tool = event.tool"),
        "worn": ("worn", "worn.tool = event.tool"),
    }


def columns() -> dict[str, str]:
    """The value of each column of `features`; one that is not named here is the event's of that name."""
    return {
        "kind": "item.kind",
        "tool_age_years": "year(event.day) - item.bought",
        "price": "item.price",
        "hires_14d": "coalesce(worn.hires, 0)",
        # Spark gives the size of NULL as -1.
        "note_words": "if(event.note IS NULL, 0, size(split(trim(event.note), ' +')))",
    }
