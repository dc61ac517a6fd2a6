"""
From raw flights to features. Each function is a step: a SQL query over the views of the steps before it,
which the job names `seen_<table>`, `flights`, `conditions` and `features`. All times are UTC; the session's
time zone must be UTC too.

Rows carry the `partition` that they serve. `own` rows come from its own files; the others from the end of the
month before, because the first hours of a month look back into it.
"""

import math
from collections.abc import Iterable
from datetime import date, timedelta

from common import schema
from rules import CORRUPT, breaks_counted, broken_rule, emptied, field_rules, nullable_features, text, texts

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
    "temp_f": "temp",
    "dew_point_f": "dewp",
    "humidity_percent": "humid",
    "wind_speed_mph": "wind_speed",
    "precip_inches": "precip",
    "pressure_mb": "pressure",
    "visibility_miles": "visib",
}
CONGESTION = ("mean_delay", "late_share", "departures")
CONDITIONS = (
    "scheduled_departures",
    *(f"{name}_h{lag}" for lag in LAGS_HOURS for name in CONGESTION),
    *WEATHER,
)


def month_before(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"


def days_looked_back() -> int:
    """A flight that leaves in the hours looked at may have been scheduled the longest accepted delay before."""
    (delay,) = (c for c in schema.raw_columns("flights") if c.name == "dep_delay")
    assert delay.max is not None, (
        "dataset.json must bound dep_delay: without it every month is looked back to"
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


def conditions(without_weather_before: Iterable[str] = ()) -> str:
    """
    What is known of an origin at an hour, one row per partition, origin and hour: the schedule, the
    congestion of the hours before and the weather seen last. One table, so that flights are joined once.

    :param without_weather_before: partitions that see no weather of the month before
    """
    late = schema.dataset()["lateMinutes"]
    lagged = {
        f"{name}_h{lag}": f"CASE WHEN lag = {lag} THEN {name} END"
        for lag in LAGS_HOURS
        for name in CONGESTION
    }
    return f"""
        WITH lawful AS (
          SELECT * FROM flights WHERE quarantine IS NULL
        ),
        -- Includes flights cancelled later, which nobody knew in advance.
        scheduled AS (
          SELECT partition, origin, time_hour, count(*) AS scheduled_departures
          FROM lawful WHERE own
          GROUP BY ALL
        ),
        -- Flights that really left in the hour: whoever asks two hours before departure can know them.
        -- Diverted flights left too; cancelled ones did not.
        departed AS (
          SELECT partition, origin,
            date_trunc('hour', timestamp_seconds(unix_timestamp(scheduled_departure) + dep_delay * 60))
              AS left_hour,
            avg(dep_delay) AS mean_delay,
            avg(CAST(dep_delay >= {late} AS DOUBLE)) AS late_share,
            count(*) AS departures
          FROM lawful WHERE dep_time IS NOT NULL AND dep_delay IS NOT NULL
          GROUP BY ALL
        ),
        known AS (
          SELECT partition, origin, time_hour, {_known({"scheduled_departures": "scheduled_departures"})}
          FROM scheduled
          UNION ALL
          SELECT partition, origin, timestampadd(HOUR, lag, left_hour), {_known(lagged)}
          FROM departed LATERAL VIEW explode(array({", ".join(map(str, LAGS_HOURS))})) AS lag
          UNION ALL
          SELECT partition, origin, timestampadd(HOUR, {WEATHER_LAG_HOURS}, time_hour), {_known(WEATHER)}
          FROM seen_weather WHERE own OR partition NOT IN ({texts(without_weather_before)})
        )
        SELECT partition, origin, time_hour, {", ".join(f"max({name}) AS {name}" for name in CONDITIONS)}
        FROM known
        GROUP BY ALL"""


def _known(values: dict[str, str]) -> str:
    """A source's columns of `known`; what it does not know is NULL there."""
    return ", ".join(f"{values.get(name, 'NULL')} AS {name}" for name in CONDITIONS)


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


def features(partitions: Iterable[str]) -> str:
    """Exactly the declared columns in their types, one row a curated flight, and which values were emptied."""
    values = {
        "sched_hour": "hour",
        "sched_minute": "minute",
        "day_of_week": "weekday(make_date(flights.year, month, day)) + 1",
        "distance_miles": "distance",
        "block_minutes": block_minutes(),
        "plane_age_years": "flights.year - planes.year",
        **{f"departures_h{lag}": f"coalesce(departures_h{lag}, 0)" for lag in LAGS_HOURS},
        "origin": "flights.origin",
    }
    columns = schema.curated_columns()
    typed = (f"CAST({values.get(c.name, c.name)} AS {c.type}) AS {c.name}" for c in columns)
    return f"""
        WITH joined AS (
          SELECT /*+ BROADCAST(conditions), BROADCAST(airports), BROADCAST(planes) */
            flights.partition, {", ".join(typed)}
          FROM flights
          LEFT JOIN conditions
            ON conditions.partition = flights.partition
            AND conditions.origin = flights.origin AND conditions.time_hour = flights.time_hour
          LEFT JOIN seen_airports AS airports
            ON airports.partition = flights.partition AND airports.faa = flights.dest
          LEFT JOIN seen_planes AS planes
            ON planes.partition = flights.partition AND planes.tailnum = flights.tailnum
          WHERE flights.own AND quarantine IS NULL AND set_aside IS NULL
            AND flights.partition IN ({texts(partitions)})
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


def references() -> str:
    """
    Of each reference table and partition: the values emptied, how many rows repeat a key, in its own file
    (`repeated`) and together with the month before (`repeated_before`), and the time zones that it names.
    """
    return " UNION ALL ".join(_reference(table, key) for table, key in KEYS.items())


def _reference(table: str, key: tuple[str, ...]) -> str:
    # A row without a key is never found, so it repeats nothing.
    present = " AND ".join(f"{column} IS NOT NULL" for column in key)
    own = f"CASE WHEN own AND {present} THEN struct({', '.join(key)}) END"
    all_seen = f"CASE WHEN {present} THEN struct({', '.join(key)}) END"
    zones = "tzone" if table == "airports" else "CAST(NULL AS STRING)"
    return f"""
        SELECT '{table}' AS table, partition,
          {breaks_counted(table, field_rules(table), "own")} AS nulled,
          count({own}) - size(collect_set({own})) AS repeated,
          count({all_seen}) - size(collect_set({all_seen})) AS repeated_before,
          collect_set({zones}) AS zones
        FROM seen_{table}
        GROUP BY partition"""


def repeated_key(table: str, partition: str) -> str:
    """The first key that a partition's own file of a reference table repeats."""
    key = ", ".join(KEYS[table])
    return f"""
        SELECT {key} FROM seen_{table} WHERE own AND partition = {text(partition)}
        GROUP BY {key} HAVING count(*) > 1 AND {" AND ".join(f"{c} IS NOT NULL" for c in KEYS[table])}
        ORDER BY {key} LIMIT 1"""


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
