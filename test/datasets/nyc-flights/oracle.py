"""
The ETL written a second time, in DuckDB's SQL, from the description of the data. It imports nothing of
`jobs/`, so that a mistake has to be made twice in two languages to go unseen.
"""

from pathlib import Path

import duckdb

NAMES = {"flights", "weather", "planes", "airports"}

SQL = """
SET TimeZone = 'UTC';
CREATE TEMP VIEW cleaned AS
SELECT *,
  concat_ws('-', carrier, flight, origin, strftime(time_hour + to_minutes(minute), '%Y%m%dT%H%M'))
    AS flight_key,
  time_hour + to_minutes(minute) AS scheduled,
  CASE WHEN dep_delay BETWEEN -120 AND 2880 THEN dep_delay END AS delay
FROM flights
WHERE distance BETWEEN 50 AND 6000 AND time_hour IS NOT NULL;

CREATE TEMP VIEW departed AS
SELECT origin, date_trunc('hour', scheduled + to_seconds(CAST(delay * 60 AS BIGINT))) AS left_hour,
  avg(delay) AS mean_delay, avg(CASE WHEN delay >= 15 THEN 1.0 ELSE 0.0 END) AS late_share,
  count(*) AS departures
FROM cleaned WHERE dep_time IS NOT NULL AND delay IS NOT NULL
GROUP BY ALL;

CREATE TEMP VIEW scheduled_count AS
SELECT origin, time_hour, count(*) AS scheduled_departures FROM cleaned GROUP BY ALL;

CREATE TEMP VIEW sky AS
SELECT origin, time_hour, temp, dewp, humid, precip, pressure, visib,
  CASE WHEN wind_speed BETWEEN 0 AND 150 THEN wind_speed END AS wind_speed
FROM weather;

CREATE TEMP VIEW arrivals AS
SELECT c.flight_key, c.scheduled,
  date_trunc('day', timezone(a.tzone, timezone('UTC', c.scheduled)))
    + to_hours(c.sched_arr_time // 100) + to_minutes(c.sched_arr_time % 100) AS local_arrival,
  a.tzone
FROM cleaned c JOIN airports a ON a.faa = c.dest AND a.tzone IS NOT NULL AND c.sched_arr_time IS NOT NULL;

CREATE TEMP VIEW blocks AS
SELECT flight_key, CASE WHEN minutes BETWEEN 10 AND 1440 THEN minutes END AS block_minutes FROM (
  SELECT flight_key, date_diff('minute', scheduled,
    CASE WHEN same_day > scheduled THEN same_day ELSE next_day END) AS minutes
  FROM (
    SELECT flight_key, scheduled, timezone('UTC', timezone(tzone, local_arrival)) AS same_day,
      timezone('UTC', timezone(tzone, local_arrival + INTERVAL 1 DAY)) AS next_day
    FROM arrivals));

CREATE TEMP TABLE features AS
SELECT c.flight_key, timezone('UTC', c.scheduled) AS scheduled_departure, c.carrier, c.origin, c.dest,
  c.hour AS sched_hour, c.minute AS sched_minute,
  isodow(make_date(c.year, c.month, c.day)) AS day_of_week,
  c.distance AS distance_miles, CAST(b.block_minutes AS DOUBLE) AS block_minutes, s.scheduled_departures,
  CASE WHEN p.year BETWEEN 1970 AND 2013 AND c.year - p.year BETWEEN 0 AND 60 THEN c.year - p.year END
    AS plane_age_years,
  CASE WHEN p.seats BETWEEN 1 AND 900 THEN p.seats END AS seats,
  w.temp AS temp_f, w.dewp AS dew_point_f, w.humid AS humidity_percent, w.wind_speed AS wind_speed_mph,
  w.precip AS precip_inches, w.pressure AS pressure_mb, w.visib AS visibility_miles,
  d2.mean_delay AS mean_delay_h2, d2.late_share AS late_share_h2, coalesce(d2.departures, 0) AS departures_h2,
  d3.mean_delay AS mean_delay_h3, d3.late_share AS late_share_h3, coalesce(d3.departures, 0) AS departures_h3
FROM cleaned c
JOIN scheduled_count s USING (origin, time_hour)
LEFT JOIN blocks b USING (flight_key)
LEFT JOIN planes p USING (tailnum)
LEFT JOIN sky w ON w.origin = c.origin AND w.time_hour = c.time_hour - INTERVAL 2 HOUR
LEFT JOIN departed d2 ON d2.origin = c.origin AND d2.left_hour = c.time_hour - INTERVAL 2 HOUR
LEFT JOIN departed d3 ON d3.origin = c.origin AND d3.left_hour = c.time_hour - INTERVAL 3 HOUR
WHERE c.arr_delay IS NOT NULL AND c.dep_time IS NOT NULL AND strftime(c.time_hour, '%Y-%m') = ?
ORDER BY scheduled_departure, flight_key;
"""


def features(raw: Path, month: str, previous: str | None = None) -> duckdb.DuckDBPyConnection:
    """
    A connection with the table `features` of `month`.

    :param raw: folder with `tables/<table>/month=<month>/<table>.csv`
    """
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for table in sorted(NAMES):
        with_lags = table in ("flights", "weather")
        months = [m for m in (previous, month) if m is not None] if with_lags else [month]
        files = [str(raw / f"tables/{table}/month={m}/{table}.csv") for m in months]
        connection.execute(
            f"CREATE VIEW {table} AS SELECT * REPLACE ({_types(table)}) "
            f"FROM read_csv({files!r}, header = true, all_varchar = true, nullstr = '', "
            "hive_partitioning = false)"
        )
    for statement in SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement, [month] if "?" in statement else None)
    return connection


TYPES = {
    "INTEGER": "year month day dep_time sched_arr_time flight hour minute seats",
    "DOUBLE": "dep_delay arr_delay distance temp dewp humid wind_speed precip pressure visib",
}
PRESENT = {
    "flights": "year month day dep_time sched_arr_time flight hour minute dep_delay arr_delay distance",
    "weather": "temp dewp humid wind_speed precip pressure visib",
    "planes": "year seats",
    "airports": "",
}


def _types(table: str) -> str:
    kinds = {name: kind for kind, names in TYPES.items() for name in names.split()}
    casts = [f"CAST({name} AS {kinds[name]}) AS {name}" for name in PRESENT[table].split()]
    if table in ("flights", "weather"):
        casts.append("CAST(strptime(time_hour, '%Y-%m-%dT%H:%M:%SZ') AS TIMESTAMP) AS time_hour")
    return ", ".join(casts or ["faa AS faa"])
