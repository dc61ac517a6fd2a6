"""Ten questions about rides, each in both dialects, against pandas on the same rows."""

import pandas as pd
import pytest

from engine.sql import ATHENA, REDSHIFT, run

_LABELS = {
    "athena": """select eventmetadata.eventid as ride_key,
          cast(split_part(groundtruthdata.data, ',', 1) as integer) as late from ground_truth""",
    "redshift": """select g.eventmetadata.eventid as ride_key,
          split_part(g.groundtruthdata.data, ',', 1)::int as late from awsdatacatalog.mlkit.ground_truth g""",
}
_RIDES = {"athena": "features", "redshift": '"awsdatacatalog"."mlkit"."features"'}


def late_share_by_hour(f):
    by = f.groupby("sched_hour").late.agg(["size", "mean"]).reset_index()
    return by[["sched_hour", "size", "mean"]]


def quantiles_by_brand(f):
    by = f.groupby("brand").block_minutes
    return pd.concat([by.quantile(0.5), by.quantile(0.9)], axis=1).reset_index()


def worst_brands_of_each_origin(f):
    share = f.groupby(["origin", "brand"]).late.mean().reset_index()
    share["rank"] = share.groupby("origin").late.rank(ascending=False, method="min").astype(int)
    return share[share["rank"] <= 2].sort_values(["origin", "rank"])


def moving_mean_of_daily_rides(f):
    daily = f.groupby(f.scheduled_departure.dt.date).size()
    return pd.DataFrame({"day": daily.index, "mean": daily.rolling(3, min_periods=1).mean().to_numpy()})


def busiest_routes(f):
    routes = (f.origin + "-" + f.dest).value_counts().reset_index()
    routes.columns = ["route", "rides"]
    return routes.sort_values(["rides", "route"], ascending=[False, True]).head(3)


def late_share_by_congestion(f):
    bucket = (f.mean_delay_h2.fillna(-999) / 15).apply("floor").astype(int)
    return f.groupby(bucket).late.mean().reset_index()


def days_between_first_and_last(f):
    by = f.groupby("dest").scheduled_departure.agg(["min", "max"])
    days = (by["max"].dt.normalize() - by["min"].dt.normalize()).dt.days
    return days.reset_index()


def missing_by_month(f):
    month = f.scheduled_departure.dt.strftime("%Y-%m")
    return f.mean_delay_h2.isna().groupby(month).sum().reset_index()


def change_from_month_to_month(f):
    rides = f.groupby(f.scheduled_departure.dt.strftime("%Y-%m")).size()
    return pd.DataFrame({"month": rides.index, "change": rides.diff().to_numpy()})


def share_of_seats(f):
    seats = f.groupby("brand").seats.sum()
    return pd.DataFrame(
        {
            "brand": seats.index,
            "mean": f.groupby("brand").seats.mean().astype(int),
            "share": seats / seats.sum(),
        }
    )


_ATHENA = {
    late_share_by_hour: """
        with labels as ({labels})
        select sched_hour, count(*) as rides, avg(cast(late as double)) as share
        from {rides} f join labels on labels.ride_key = f.ride_key
        group by 1 order by 1""",
    quantiles_by_brand: """
        select brand, approx_percentile(block_minutes, 0.5), approx_percentile(block_minutes, 0.9)
        from {rides} group by brand order by brand""",
    worst_brands_of_each_origin: """
        with labels as ({labels}), shares as (
          select origin, brand, avg(cast(late as double)) as share
          from {rides} f join labels using (ride_key) group by origin, brand)
        select * from (
          select origin, brand, share, rank() over (partition by origin order by share desc) as place
          from shares) where place <= 2 order by origin, place""",
    moving_mean_of_daily_rides: """
        select day, avg(rides) over (order by day rows between 2 preceding and current row)
        from (select date(scheduled_departure) as day, count(*) as rides from {rides} group by 1)
        order by day""",
    busiest_routes: """
        select concat(origin, '-', dest) as route, count(*) as rides
        from {rides} group by 1 order by rides desc, route limit 3""",
    late_share_by_congestion: """
        with labels as ({labels})
        select cast(floor(coalesce(mean_delay_h2, -999) / 15) as bigint) as bucket, avg(cast(late as double))
        from {rides} f join labels on labels.ride_key = f.ride_key group by 1 order by 1""",
    days_between_first_and_last: """
        select dest, date_diff('day',
          date_trunc('day', min(scheduled_departure)), date_trunc('day', max(scheduled_departure)))
        from {rides} group by dest order by dest""",
    missing_by_month: """
        select month, count_if(mean_delay_h2 is null) from {rides} group by month order by month""",
    change_from_month_to_month: """
        select month, rides - lag(rides) over (order by month)
        from (select month, count(*) as rides from {rides} group by month) order by month""",
    share_of_seats: """
        select brand, cast(floor(avg(seats)) as bigint),
          cast(sum(seats) as double) / sum(sum(seats)) over ()
        from {rides} group by brand order by brand""",
}
_REDSHIFT = {
    late_share_by_hour: """
        select date_part(hour, scheduled_departure) as departs, count(*), avg(late::float8)
        from {rides} f, ({labels}) l where f.ride_key = l.ride_key
        group by departs order by departs""",
    quantiles_by_brand: """
        select brand, median(block_minutes), percentile_cont(0.9) within group (order by block_minutes)
        from {rides} group by brand order by brand""",
    worst_brands_of_each_origin: """
        with shares as (
          select origin, brand, avg(late::float) as share
          from {rides} f join ({labels}) l on f.ride_key = l.ride_key group by origin, brand)
        select origin, brand, share, rank() over (partition by origin order by share desc) as place
        from shares qualify place <= 2 order by origin, place""",
    moving_mean_of_daily_rides: """
        select day, avg(rides::float) over (order by day rows between 2 preceding and current row)
        from (select trunc(scheduled_departure) as day, count(*) as rides from {rides} group by 1) d
        order by day""",
    busiest_routes: """
        select top 3 origin || '-' || dest as route, count(*) as rides
        from {rides} group by route order by rides desc, route""",
    late_share_by_congestion: """
        select floor(nvl(mean_delay_h2, -999) / 15)::int as bucket, avg(late::float8)
        from {rides} f join ({labels}) l on f.ride_key = l.ride_key group by 1 order by 1""",
    days_between_first_and_last: """
        select dest, datediff(day, min(scheduled_departure), max(scheduled_departure))
        from {rides} group by dest order by dest""",
    missing_by_month: """
        select month, sum(case when mean_delay_h2 is null then 1 else 0 end)
        from {rides} group by month order by month""",
    change_from_month_to_month: """
        with monthly as (
          select to_char(scheduled_departure, 'YYYY-MM') as m, count(*) as rides from {rides} group by m)
        select m, rides - lag(rides, 1) over (order by m) from monthly order by m""",
    share_of_seats: """
        select brand, avg(seats), ratio_to_report(sum(seats)) over ()
        from {rides} group by brand order by brand""",
}


@pytest.mark.parametrize("oracle", _ATHENA, ids=lambda oracle: oracle.__name__)
@pytest.mark.parametrize("dialect", [ATHENA, REDSHIFT], ids=lambda dialect: dialect.name)
def test_a_question_is_answered_as_pandas_answers_it(lake, rides, oracle, dialect):
    text = (_ATHENA if dialect is ATHENA else _REDSHIFT)[oracle]
    sql = text.format(rides=_RIDES[dialect.name], labels=_LABELS[dialect.name])
    answer = pd.DataFrame(run(sql, dialect, lake, "mlkit").rows)
    expected = oracle(rides).reset_index(drop=True)
    answer.columns = expected.columns
    # Athena's quantiles are approximate by name.
    tolerance = 0.01 if oracle is quantiles_by_brand and dialect is ATHENA else 1e-9
    pd.testing.assert_frame_equal(answer, expected, check_dtype=False, rtol=tolerance)


@pytest.mark.parametrize("distinct", ["", "distinct "])
@pytest.mark.parametrize("separator", ["", ", '/'"])
@pytest.mark.parametrize("dialect", [ATHENA, REDSHIFT], ids=lambda dialect: dialect.name)
def test_listed_values_are_separated_as_told_and_by_nothing_else(lake, rides, dialect, distinct, separator):
    listed = f"listagg({distinct}origin{separator}) within group (order by origin)"
    [[found]] = run(f"select {listed} from {_RIDES[dialect.name]}", dialect, lake, "mlkit").rows
    values = sorted(set(rides.origin) if distinct else rides.origin)
    assert found == separator.strip(", '").join(values)
