"""
Features of flights as Spark SQL for the Glue job.

The job reads the raw tables of `dataset.json`, empties values that break a field rule, and builds the view
`events` from the rows of the events table. Each function here is one of the following steps. Times are UTC.
Every view has a column `partition`, because a run prepares several of them.
"""

from common import schema

# Congestion covers the hours that are over when the question is asked, at (h-1):00.
LAGS_HOURS = (2, 3)
# An hour's record is mostly the reading of its minute 51, so the records of the flight's own hour and the
# hour before do not exist yet when the question is asked.
WEATHER_LAG_HOURS = 2


def time() -> str:
    """The event time of a raw row: the time column of `features` in dataset.json."""
    return "timestampadd(MINUTE, minute, time_hour)"


def key() -> str:
    """The id of a raw row. It consists of typed values, so that flights 0045 and 45 are one."""
    return f"""concat_ws('-', carrier, flight, origin, date_format({time()}, "yyyyMMdd'T'HHmm"))"""


def row_rules() -> dict[str, str]:
    """
    Rules beyond those of the columns: the reason for quarantine, and the condition that breaks the rule.
    The first broken rule counts. NULL breaks no rule.
    """
    # All three airports have New York's time. This rule catches tables in local time or of another year.
    local = "from_utc_timestamp(time_hour, 'America/New_York')"
    agrees = (
        f"unix_timestamp({local}) = unix_timestamp(make_date(year, month, day)) + hour * 3600 "
        "AND sched_dep_time = hour * 100 + minute"
    )
    return {"local_time": f"NOT coalesce({agrees}, false)"}


def set_aside() -> str:
    """Why a sound row can have no label, or NULL. Such rows are counted and kept, but are no examples."""
    return "CASE WHEN dep_time IS NULL THEN 'cancelled' WHEN arr_delay IS NULL THEN 'diverted' END"


def views() -> dict[str, str]:
    """
    Named intermediate steps, each a query over `events`, the reference tables and earlier steps.

    `events` has the raw columns, the id and the time column, and `quarantine` and `set_aside` (a reason or
    NULL); `own` is false for rows of earlier days in the look-back. Reference tables have their names in
    dataset.json.
    """
    late = schema.dataset()["labels"]["parameters"]["lateMinutes"]
    left = "date_trunc('hour', timestamp_seconds(unix_timestamp(scheduled_departure) + dep_delay * 60))"
    return {
        # Includes flights that were cancelled later, because that was unknown in advance.
        "scheduled": """
            SELECT partition, origin, time_hour, count(*) AS departures
            FROM events WHERE own AND quarantine IS NULL
            GROUP BY ALL""",
        # Flights that departed in an hour, including diverted ones and excluding cancelled ones.
        "departed": f"""
            SELECT partition, origin, {left} AS hour, avg(dep_delay) AS mean_delay,
              avg(CAST(dep_delay >= {late} AS DOUBLE)) AS late_share, count(*) AS departures
            FROM events WHERE quarantine IS NULL AND dep_time IS NOT NULL AND dep_delay IS NOT NULL
            GROUP BY ALL""",
    }


def joins() -> dict[str, tuple[str, str]]:
    """
    Joins to each curated `event` of the same partition: name, view or reference table, condition. At most one
    row may meet the condition. All joined tables are broadcast and must fit into a worker's memory.
    """

    def hours_before(name: str, hour: str, lag: int) -> str:
        return f"{name}.origin = event.origin AND {name}.{hour} = event.time_hour - INTERVAL {lag} HOURS"

    return {
        "hour": ("scheduled", "hour.origin = event.origin AND hour.time_hour = event.time_hour"),
        **{f"left_h{lag}": ("departed", hours_before(f"left_h{lag}", "hour", lag)) for lag in LAGS_HOURS},
        "sky": ("weather", hours_before("sky", "time_hour", WEATHER_LAG_HOURS)),
        "airport": ("airports", "airport.faa = event.dest"),
        "plane": ("planes", "plane.tailnum = event.tailnum"),
    }


def columns() -> dict[str, str]:
    """SQL of each column of `features`; a column that is absent here is taken from the event."""
    return {
        "sched_hour": "event.hour",
        "sched_minute": "event.minute",
        "day_of_week": "weekday(make_date(event.year, event.month, event.day)) + 1",
        "distance_miles": "event.distance",
        "block_minutes": block_minutes(),
        "scheduled_departures": "hour.departures",
        "plane_age_years": "event.year - plane.year",
        "seats": "plane.seats",
        "temp_f": "sky.temp",
        "dew_point_f": "sky.dewp",
        "humidity_percent": "sky.humid",
        "wind_speed_mph": "sky.wind_speed",
        "precip_inches": "sky.precip",
        "pressure_mb": "sky.pressure",
        "visibility_miles": "sky.visib",
        **{f"mean_delay_h{lag}": f"left_h{lag}.mean_delay" for lag in LAGS_HOURS},
        **{f"late_share_h{lag}": f"left_h{lag}.late_share" for lag in LAGS_HOURS},
        **{f"departures_h{lag}": f"coalesce(left_h{lag}.departures, 0)" for lag in LAGS_HOURS},
    }


def block_minutes() -> str:
    """
    Scheduled gate-to-gate minutes. The scheduled arrival is a local HHMM of the destination (time zone
    `tzone`) without a date; it is the first such moment after departure.
    """
    minutes = "((sched_arr_time DIV 100) * 60 + sched_arr_time % 100)"
    midnight = "date_trunc('day', from_utc_timestamp(scheduled_departure, tzone))"
    local = f"timestamp_seconds(unix_timestamp({midnight}) + {minutes} * 60)"
    next_day = f"timestamp_seconds(unix_timestamp({local}) + 24 * 3600)"
    same_day, overnight = (f"to_utc_timestamp({moment}, tzone)" for moment in (local, next_day))
    arrival = f"CASE WHEN {same_day} > scheduled_departure THEN {same_day} ELSE {overnight} END"
    return f"(unix_timestamp({arrival}) - unix_timestamp(scheduled_departure)) / 60"
