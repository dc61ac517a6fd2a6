"""
Two features that know too much, each as a function of the flights. Beside the curated columns there are
`asked_at` (the hour before that of the departure), `left_at`, `landed_at`, `departure_delay` and
`arrival_delay_minutes`; what has not happened yet is missing.
"""

import pandas as pd


def own_delay(flights: pd.DataFrame) -> "pd.Series[float]":
    """Minutes by which the flight itself left late."""
    return flights["departure_delay"]


def carrier_day(flights: pd.DataFrame) -> "pd.Series[float]":
    """Mean delay at arrival of the carrier's flights of the same day."""
    day = flights["scheduled_departure"].dt.date
    return flights.groupby(["carrier", day])["arrival_delay_minutes"].transform("mean")
