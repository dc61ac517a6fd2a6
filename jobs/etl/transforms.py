"""
From raw flights to features. Each function is a step: a SQL query over the views of the steps before it,
which have the functions' names; `seen_<table>` are the raw rows as etl.py reads them. All times are UTC; the
session's time zone must be UTC too.

Rows carry the `partition` that they serve. `own` rows come from its own files; the others from the end of the
month before, because the first hours of a month look back into it.
"""

import math
from collections.abc import Iterable
from datetime import date, timedelta

from common import schema
from rules import CORRUPT, breaks_counted, broken_rule, emptied, field_rules, nullable_features, texts

LAGS_HOURS = (2, 3)
# An hour's record is mostly the reading of its minute 51, so the flight's own hour and the one before it are
# still to come when the question is asked.
WEATHER_LAG_HOURS = 2

# What a row of a reference table is found by; a repeated one would double flights.
KEYS = {"weather": ("origin", "time_hour"), "planes": ("tailnum",), "airports": ("faa",)}
TABLES = ("flights", *KEYS)
# Read for the hours before a partition as well; both say when by their column time_hour.
LOOKED_BACK = ("flights", "weather")

WEATHER = {
    "temp_f": "sky.temp",
    "dew_point_f": "sky.dewp",
    "humidity_percent": "sky.humid",
    "wind_speed_mph": "sky.wind_speed",
    "precip_inches": "sky.precip",
    "pressure_mb": "sky.pressure",
    "visibility_miles": "sky.visib",
}


def month_before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"


def days_looked_back() -> int:
    """A flight that left in the hours looked at was scheduled at most the longest accepted delay earlier."""
    (delay,) = (c for c in schema.raw_columns("flights") if c.name == "dep_delay")
    assert delay.max is not None, (
        "dataset.json gives flights.dep_delay no max: how far a month looks back depends on it"
    )
    return math.ceil((delay.max / 60 + max(LAGS_HOURS) + 1) / 24)


def flights() -> str:
    """
    Adds id and scheduled departure, `quarantine` (the first rule that the row breaks, or NULL) and
    `set_aside` (why no label can exist, or NULL). A row with neither is curated; no row has both.
    """
    raw = ", ".join(f"`{c.name}`" for c in schema.raw_columns("flights"))
    broke = ", ".join(f"`broke_{c.name}`" for c in field_rules("flights"))
    return f"""
        WITH keyed AS (
          SELECT *,
            timestampadd(MINUTE, minute, time_hour) AS scheduled_departure,
            concat_ws('-', carrier, flight, origin, date_format(scheduled_departure, "yyyyMMdd'T'HHmm"))
              AS flight_key,
            {broken_rule("flights")} AS rule
          FROM seen_flights
        ),
        -- Labels and predictions are joined by the key: a second row under it is refused.
        ranked AS (
          SELECT *, row_number() OVER (PARTITION BY partition, own, rule, flight_key ORDER BY {raw}) AS place
          FROM keyed
        ),
        judged AS (
          SELECT *, coalesce(rule, CASE WHEN place > 1 THEN 'duplicate' END) AS quarantine
          FROM ranked
        )
        SELECT partition, own, {raw}, {CORRUPT}, scheduled_departure, flight_key, quarantine,
          CASE
            WHEN quarantine IS NOT NULL THEN NULL
            WHEN dep_time IS NULL THEN 'cancelled'
            WHEN arr_delay IS NULL THEN 'diverted'
          END AS set_aside,
          {broke}
        FROM judged"""


def scheduled() -> str:
    """Flights scheduled in an hour. Includes those cancelled later, which nobody knew in advance."""
    return """
        SELECT partition, origin, time_hour, count(*) AS scheduled_departures
        FROM flights WHERE own AND quarantine IS NULL
        GROUP BY ALL"""


def departed() -> str:
    """
    Flights that really left in an hour: whoever asks two hours before departure can know them. Diverted
    flights left too; cancelled ones did not.
    """
    late = schema.dataset()["labels"]["parameters"]["lateMinutes"]
    return f"""
        SELECT partition, origin,
          date_trunc('hour', timestamp_seconds(unix_timestamp(scheduled_departure) + dep_delay * 60)) AS hour,
          avg(dep_delay) AS mean_delay,
          avg(CAST(dep_delay >= {late} AS DOUBLE)) AS late_share,
          count(*) AS departures
        FROM flights WHERE quarantine IS NULL AND dep_time IS NOT NULL AND dep_delay IS NOT NULL
        GROUP BY ALL"""


def block_minutes() -> str:
    """
    Scheduled gate-to-gate minutes. The schedule gives the arrival as local HHMM of the destination (its time
    zone is `tzone`) without a date: it is the first such moment after departure.
    """
    minutes = "((sched_arr_time DIV 100) * 60 + sched_arr_time % 100)"
    midnight = "date_trunc('day', from_utc_timestamp(scheduled_departure, tzone))"
    local = f"timestamp_seconds(unix_timestamp({midnight}) + {minutes} * 60)"
    next_day = f"timestamp_seconds(unix_timestamp({local}) + 24 * 3600)"
    same_day, overnight = (f"to_utc_timestamp({time}, tzone)" for time in (local, next_day))
    arrival = f"CASE WHEN {same_day} > scheduled_departure THEN {same_day} ELSE {overnight} END"
    return f"(unix_timestamp({arrival}) - unix_timestamp(scheduled_departure)) / 60"


def features(partitions: Iterable[str], without_weather_before: Iterable[str] = ()) -> str:
    """
    Exactly the declared columns in their types, one row a curated flight, and which values were emptied.

    :param without_weather_before: partitions that see no weather of the month before
    """
    values = {
        "origin": "flight.origin",
        "sched_hour": "flight.hour",
        "sched_minute": "minute",
        "day_of_week": "weekday(make_date(flight.year, flight.month, flight.day)) + 1",
        "distance_miles": "distance",
        "block_minutes": block_minutes(),
        "plane_age_years": "flight.year - plane.year",
        **WEATHER,
        **{f"mean_delay_h{lag}": f"left_h{lag}.mean_delay" for lag in LAGS_HOURS},
        **{f"late_share_h{lag}": f"left_h{lag}.late_share" for lag in LAGS_HOURS},
        **{f"departures_h{lag}": f"coalesce(left_h{lag}.departures, 0)" for lag in LAGS_HOURS},
    }
    columns = schema.curated_columns()
    typed = (f"CAST({values.get(c.name, c.name)} AS {c.type}) AS {c.name}" for c in columns)
    congestion = "".join(
        f"""
          LEFT JOIN departed AS left_h{lag}
            ON left_h{lag}.partition = flight.partition
            AND left_h{lag}.origin = flight.origin
            AND left_h{lag}.hour = flight.time_hour - INTERVAL {lag} HOURS"""
        for lag in LAGS_HOURS
    )
    small = ", ".join(["scheduled", *(f"left_h{lag}" for lag in LAGS_HOURS), "sky", "airport", "plane"])
    return f"""
        WITH sky AS (
          SELECT * FROM seen_weather WHERE own OR partition NOT IN ({texts(without_weather_before)})
        ),
        joined AS (
          SELECT /*+ BROADCAST({small}) */ flight.partition, {", ".join(typed)}
          FROM flights AS flight
          JOIN scheduled
            ON scheduled.partition = flight.partition
            AND scheduled.origin = flight.origin
            AND scheduled.time_hour = flight.time_hour{congestion}
          LEFT JOIN sky
            ON sky.partition = flight.partition
            AND sky.origin = flight.origin
            AND sky.time_hour = flight.time_hour - INTERVAL {WEATHER_LAG_HOURS} HOURS
          LEFT JOIN seen_airports AS airport
            ON airport.partition = flight.partition AND airport.faa = flight.dest
          LEFT JOIN seen_planes AS plane
            ON plane.partition = flight.partition AND plane.tailnum = flight.tailnum
          WHERE flight.own AND quarantine IS NULL AND set_aside IS NULL
            AND flight.partition IN ({texts(partitions)})
        )
        SELECT partition, {", ".join(emptied(columns, nullable_features()))}
        FROM joined"""


def classes() -> str:
    """How many of a partition's own flights are in each class, and the values emptied among them."""
    return f"""
        SELECT partition, set_aside, quarantine, count(*) AS rows,
          {breaks_counted("flights", field_rules("flights"))} AS nulled
        FROM flights WHERE own
        GROUP BY partition, set_aside, quarantine"""


def findings() -> str:
    """
    What the reference tables hold for a partition, counted: the `key`s that more than one row has, the
    columns with `emptied` values, and the `zone`s of airports. `own_rows` leaves the month before out.
    """
    found = []
    for table, columns in KEYS.items():
        # A row without a key is never looked up, so it repeats nothing.
        present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        key = f"concat_ws(', ', {', '.join(columns)})"
        found.append(
            f"SELECT '{table}' AS table, partition, own, 'key' AS what, {key} AS name "
            f"FROM seen_{table} WHERE {present}"
        )
        if rules := field_rules(table):
            names = ", ".join(f"CASE WHEN `broke_{c.name}` THEN '{c.name}' END" for c in rules)
            found.append(
                f"SELECT '{table}', partition, own, 'emptied', name "
                f"FROM seen_{table} LATERAL VIEW explode(array({names})) AS name "
                "WHERE own AND name IS NOT NULL"
            )
    found.append(
        "SELECT 'airports', partition, own, 'zone', tzone FROM seen_airports WHERE tzone IS NOT NULL"
    )
    return f"""
        SELECT table, partition, what, name, count(*) AS rows, count_if(own) AS own_rows
        FROM ({" UNION ALL ".join(found)})
        GROUP BY table, partition, what, name
        HAVING what <> 'key' OR count(*) > 1"""


def _places() -> dict[str, str]:
    curated = ", ".join(c.name for c in schema.curated_columns())
    raw = ", ".join(f"`{c.name}`" for c in schema.raw_columns("flights"))
    added = "scheduled_departure, flight_key"
    return {
        "features": f"SELECT {curated} FROM features WHERE true",
        "setAside": f"SELECT {raw}, {added}, set_aside FROM flights WHERE own AND set_aside IS NOT NULL",
        "quarantine": f"SELECT {raw}, {CORRUPT}, {added}, quarantine FROM flights "
        "WHERE own AND quarantine IS NOT NULL",
    }


# The rows of each place of layout.json.
PLACES = _places()
