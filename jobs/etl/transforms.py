"""The month's rows, DataFrame in and out. All times are UTC; the session's time zone must be UTC too."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark program uses

from common import schema

CORRUPT = "_corrupt_record"
SCHEDULED = schema.time_column()
KEY = schema.id_column()
LAGS_HOURS = (2, 3)


def breaks(column: schema.Column) -> Column:
    """True where a present value lies outside the declared range or pattern."""
    value = F.col(column.name)
    checks = []
    if column.min is not None:
        checks.append(value < column.min)
    if column.max is not None:
        checks.append(value > column.max)
    if column.pattern is not None:
        checks.append(~value.rlike(column.pattern))
    return F.coalesce(reduce(lambda left, right: left | right, checks, F.lit(False)), F.lit(False))


def null_out(rows: DataFrame, columns: list[schema.Column]) -> DataFrame:
    """Empties the values that break their column's rule; `count_breaks` counts them."""
    return rows.withColumns({c.name: F.when(~breaks(c), F.col(c.name)) for c in columns})


def count_breaks(rows: DataFrame, columns: list[schema.Column]) -> dict[str, int]:
    if not columns:
        return {}
    sums = rows.agg(*(F.sum(breaks(c).cast("long")).alias(c.name) for c in columns)).first()
    return {} if sums is None else {c.name: sums[c.name] or 0 for c in columns}


def classify(flights: DataFrame) -> DataFrame:
    """
    Adds id and scheduled departure, `quarantine` (the first rule that the row breaks, or null) and
    `set_aside` (why no label can exist, or null). A row with neither is curated; no row has both.
    """
    rules = [c for c in schema.raw_columns("flights") if c.rule == "quarantine"]
    # A column with a row rule identifies the flight or a feature needs it: an empty one breaks the rule too.
    broken = [F.when(F.col(c.name).isNull() | breaks(c), F.lit(c.name)) for c in rules]
    malformed = F.when(F.col(CORRUPT).isNotNull(), F.lit("malformed"))
    scheduled = F.expr("timestampadd(MINUTE, minute, time_hour)")
    rows = (
        flights.withColumn(SCHEDULED, scheduled)
        .withColumn(KEY, _flight_key())
        .withColumn("rule", F.coalesce(malformed, *broken))
    )
    # Labels and predictions are joined by the key: a second row under it is refused.
    ranked = Window.partitionBy("rule", KEY).orderBy(*(F.col(c.name) for c in schema.raw_columns("flights")))
    repeated = F.when(F.col("rule").isNull() & (F.row_number().over(ranked) > 1), F.lit("duplicate"))
    rows = rows.withColumn("quarantine", F.coalesce("rule", repeated)).drop("rule")
    cancelled = F.when(F.col("dep_time").isNull(), F.lit("cancelled"))
    diverted = F.when(F.col("arr_delay").isNull(), F.lit("diverted"))
    return rows.withColumn("set_aside", F.when(F.col("quarantine").isNull(), F.coalesce(cancelled, diverted)))


def _flight_key() -> Column:
    return F.concat_ws("-", "carrier", "flight", "origin", F.date_format(SCHEDULED, "yyyyMMdd'T'HHmm"))


def congestion(flights: DataFrame) -> DataFrame:
    """
    Per origin and UTC hour, the flights that really left in it: whoever asks two hours before departure can
    know them. Diverted flights left too; cancelled ones did not.
    """
    late = (F.col("dep_delay") >= schema.dataset()["lateMinutes"]).cast("double")
    left_at = F.timestamp_seconds(F.unix_timestamp(SCHEDULED) + F.col("dep_delay") * 60)
    return (
        flights.where(F.col("dep_time").isNotNull() & F.col("dep_delay").isNotNull())
        .withColumn("left_hour", F.date_trunc("hour", left_at))
        .withColumn("late", late)
        .groupBy("origin", "left_hour")
        .agg(F.avg("dep_delay").alias("mean"), F.avg("late").alias("share"), F.count("*").alias("count"))
    )


def with_congestion(rows: DataFrame, left: DataFrame) -> DataFrame:
    for lag in LAGS_HOURS:
        names = {"mean": f"mean_delay_h{lag}", "share": f"late_share_h{lag}", "count": f"departures_h{lag}"}
        shifted = (
            left.withColumnsRenamed(names).withColumn("time_hour", _later("left_hour", lag)).drop("left_hour")
        )
        rows = rows.join(F.broadcast(shifted), ["origin", "time_hour"], "left")
        rows = rows.fillna(0, [names["count"]])
    return rows


def with_weather(rows: DataFrame, weather: DataFrame) -> DataFrame:
    """
    Observations of two hours before: an hour's record is mostly the reading of its minute 51, so the flight's
    own hour and the one before it are still to come when the question is asked.
    """
    seen = weather.select(
        "origin",
        _later("time_hour", 2).alias("time_hour"),
        F.col("temp").alias("temp_f"),
        F.col("dewp").alias("dew_point_f"),
        F.col("humid").alias("humidity_percent"),
        F.col("wind_speed").alias("wind_speed_mph"),
        F.col("precip").alias("precip_inches"),
        F.col("pressure").alias("pressure_mb"),
        F.col("visib").alias("visibility_miles"),
    )
    return rows.join(F.broadcast(seen), ["origin", "time_hour"], "left")


def _later(time: str, hours: int) -> Column:
    return F.expr(f"timestampadd(HOUR, {hours}, {time})")


def with_schedule(rows: DataFrame, all_scheduled: DataFrame) -> DataFrame:
    """Schedule features; the count includes flights cancelled later, which nobody knew in advance."""
    hourly = all_scheduled.groupBy("origin", "time_hour").agg(F.count("*").alias("scheduled_departures"))
    return rows.join(F.broadcast(hourly), ["origin", "time_hour"]).withColumns(
        {
            "sched_hour": F.col("hour"),
            "sched_minute": F.col("minute"),
            "day_of_week": F.weekday(F.make_date("year", "month", "day")) + 1,
            "distance_miles": F.col("distance"),
        }
    )


def with_plane(rows: DataFrame, planes: DataFrame) -> DataFrame:
    known = planes.select("tailnum", F.col("year").alias("built"), "seats")
    joined = rows.join(F.broadcast(known), "tailnum", "left")
    return joined.withColumn("plane_age_years", F.col("year") - F.col("built"))


def with_block_minutes(rows: DataFrame, airports: DataFrame) -> DataFrame:
    """
    Scheduled gate-to-gate minutes. The schedule gives the arrival as local HHMM of the destination without a
    date: it is the first such moment after departure.
    """
    zones = airports.where("tzone is not null").select(F.col("faa").alias("dest"), "tzone")
    rows = rows.join(F.broadcast(zones), "dest", "left")
    minutes = F.floor(F.col("sched_arr_time") / 100) * 60 + F.col("sched_arr_time") % 100
    midnight = F.date_trunc("day", F.from_utc_timestamp(SCHEDULED, F.col("tzone")))
    local = F.timestamp_seconds(F.unix_timestamp(midnight) + minutes * 60)
    next_day = F.timestamp_seconds(F.unix_timestamp(local) + 24 * 3600)
    same_day, overnight = (F.to_utc_timestamp(time, F.col("tzone")) for time in (local, next_day))
    arrival = F.when(same_day > F.col(SCHEDULED), same_day).otherwise(overnight)
    block = (F.unix_timestamp(arrival) - F.unix_timestamp(SCHEDULED)) / 60
    return rows.withColumn("block_minutes", block)


def select_features(rows: DataFrame) -> DataFrame:
    """Exactly the declared columns in their types."""
    return rows.select(*(F.col(c.name).cast(c.type).alias(c.name) for c in schema.curated_columns()))
