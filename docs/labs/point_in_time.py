"""Flights as they are known in the end, and as they were known at a moment."""

import pandas as pd
from account import bucket, client
from notebook import PULLED, rows

from common import schema

LABEL, KEY, TIME = schema.label_column(), schema.id_column(), schema.time_column()
DAY = pd.Timedelta(days=1)
# What is known of a flight from which moment on.
KNOWN_FROM = {"left_at": ["departure_delay"], "landed_at": ["arrival_delay_minutes", LABEL]}


def flights() -> pd.DataFrame:
    """The pulled rows with what became of them, and the moment of each question."""
    known = rows().merge(departures(), on=KEY)
    departed, arrived, block = (
        pd.to_timedelta(known[name], unit="min")
        for name in ("departure_delay", "arrival_delay_minutes", "block_minutes")
    )
    return known.assign(
        asked_at=known[TIME].dt.floor("h") - pd.Timedelta(hours=1),
        left_at=known[TIME] + departed,
        landed_at=known[TIME] + block + arrived,
    )


def departures() -> pd.DataFrame:
    """The departure delay of every flight, from the raw files of the months that were pulled."""
    lake, s3 = bucket("RawBucketName"), client("s3")
    keys = [f"tables/flights/{month.name}/flights.csv" for month in (PULLED / "features").iterdir()]
    raw = pd.concat(pd.read_csv(s3.get_object(Bucket=lake, Key=key)["Body"]) for key in keys)
    time = pd.to_datetime(raw["time_hour"]) + pd.to_timedelta(raw["minute"], unit="min")
    parts = [raw["flight"].astype(str), raw["origin"], time.dt.strftime("%Y%m%dT%H%M")]
    return pd.DataFrame({KEY: raw["carrier"].str.cat(parts, sep="-"), "departure_delay": raw["dep_delay"]})


def known_at(moment: pd.Timestamp, known: pd.DataFrame, feed: pd.Timedelta) -> pd.DataFrame:
    """
    Flights of three days as they are known at this moment.

    :param feed: how much later than it happens an event is heard of
    """
    table = known[known[TIME].between(moment - 2 * DAY, moment + DAY)].copy()
    for when, what in KNOWN_FROM.items():
        table.loc[~(table[when] < moment - feed), [when, *what]] = None
    return table
