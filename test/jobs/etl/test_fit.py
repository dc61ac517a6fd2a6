"""A module `features` that does not fit its dataset is refused with the function and the name at fault."""

from collections.abc import Callable
from typing import Any

import orders
import pytest
from bucket import Bucket
from orders import lay, order

DAY = "2020-01-01"

WRONG: list[tuple[str, Callable[[], Any] | None, str]] = [
    ("set_aside", None, r"lacks the functions set_aside"),
    (
        "columns",
        lambda: {"wieght": "item.weight"},
        r"columns\(\) gives 'wieght', which is no column of `features`",
    ),
    ("columns", dict, r"columns\(\) lacks 'weight', which is no column of orders either"),
    ("views", lambda: {"events": "SELECT 1"}, r"views\(\) has 'events', a name that is taken"),
    (
        "joins",
        lambda: {"item": ("itms", "true")},
        r"joins\(\) has 'item' of 'itms', which is neither of views\(\)",
    ),
    ("key", lambda: "pieces", r"key\(\) of features.py gives values of type int; it must give string"),
    ("time", lambda: "pieces", r"time\(\) of features.py gives values of type int; it must give timestamp"),
    (
        "key",
        lambda: "CAST(idd AS STRING)",
        r"^time\(\), key\(\), .* of features.py: .*`idd` cannot be resolved.*$",
    ),
    (
        "views",
        lambda: {"before": "SELECT gone FROM events"},
        r"^view 'before' of features.py: .*`gone` cannot",
    ),
    (
        "columns",
        lambda: orders.columns() | {"weight": "item.weigth"},
        r"columns\(\) or joins\(\) of .*`weigth`",
    ),
    ("columns", lambda: orders.columns() | {"weight": "1 +)"}, r"columns\(\) or joins\(\) of .*Syntax error"),
]


@pytest.mark.parametrize(("function", "gives", "sentence"), WRONG)
def test_what_does_not_fit_is_named(
    shop: Bucket,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    gives: Callable[[], Any] | None,
    sentence: str,
) -> None:
    lay(shop.raw, DAY, [order(1, DAY)])
    given = gives() if gives else None
    monkeypatch.setattr(orders, function, gives and (lambda: given))
    with pytest.raises(ValueError, match=sentence):
        shop.prepare(DAY)
