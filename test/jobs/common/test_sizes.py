import pytest

from common.sizes import Volume, min_child_weight


@pytest.mark.parametrize(
    ("rows", "days", "window", "group"),
    [
        # A year of 900 rows a day: close to what the first dataset states for a week, 1,000 and 500.
        (328_500, 365, 1050, 525),
        # Three rows a day: a week has 21, and nothing is known of so few.
        (1_095, 365, 30, 30),
    ],
)
def test_minimum_sizes_follow_the_volume(rows: int, days: int, window: int, group: int) -> None:
    volume = Volume(rows, days)
    assert (volume.window(7), volume.group(7)) == (window, group)
    assert volume.window(70) >= volume.window(7)


@pytest.mark.parametrize(("rows", "weight"), [(100, 1), (10_000, 4), (55_000, 20), (10**7, 20)])
def test_a_leaf_needs_more_rows_where_there_are_more(rows: int, weight: float) -> None:
    assert min_child_weight(rows) == weight
