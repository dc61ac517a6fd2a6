"""Features of hires; datasets/nyc-flights/features.py has the same functions for a harder case."""


def time() -> str:
    """The event time of a raw row: the time column of `features` in dataset.json."""
    return "day"


def key() -> str:
    """The id of a raw row. Numbers are unique within a depot."""
    return "concat_ws('-', depot, CAST(hire_number AS BIGINT))"


def row_rules() -> dict[str, str]:
    """Rules beyond those of the columns: the reason for quarantine, and the condition."""
    return {"not_midnight": "day <> date_trunc('day', day)"}


def set_aside() -> str:
    """The reason why a sound row can have no label, or NULL."""
    return "CASE WHEN state_returned IS NULL THEN 'out' END"


def views() -> dict[str, str]:
    """Named intermediate steps. Wear is computed from the days of the look-back."""
    return {
        "worn": """
            SELECT partition, tool, count(*) AS hires
            FROM events WHERE NOT own AND quarantine IS NULL
            GROUP BY ALL""",
    }


def joins() -> dict[str, tuple[str, str]]:
    """Joins to each curated `event`: name, view or reference table, condition."""
    return {
        "item": ("tools", "item.tool = event.tool"),
        "worn": ("worn", "worn.tool = event.tool"),
    }


def columns() -> dict[str, str]:
    """SQL of each column of `features`; a column that is absent here is taken from the event."""
    return {
        "kind": "item.kind",
        "tool_age_years": "year(event.day) - item.bought",
        "price": "item.price",
        "hires_14d": "coalesce(worn.hires, 0)",
        # Spark's size of NULL is -1.
        "note_words": "if(event.note IS NULL, 0, size(split(trim(event.note), ' +')))",
    }
