"""Seam: dashboards are listed in the protocols of current SDKs. The emulator writes a dashboard's time as
text, which the SDK refuses."""

from functools import partial
from typing import Any

import cbor2

from engine.emulator import pinned
from engine.services.values import EPOCH_TIME


@pinned.replaces("services.cloudwatch:_list_dashboards")
def listed(original: Any, /, params: Any, cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
    if not (is_cbor or is_json):
        return original(params, cbor_data, is_cbor, is_json)
    cloudwatch, prefix = pinned.module("services.cloudwatch"), cbor_data.get("DashboardNamePrefix", "")
    time = partial(cbor2.CBORTag, EPOCH_TIME) if is_cbor else float
    entries = [
        {
            **{key: dashboard[key] for key in ("DashboardName", "DashboardArn", "Size")},
            "LastModified": time(dashboard["LastModified"]),
        }
        for name, dashboard in sorted(cloudwatch._dashboards.items())
        if name.startswith(prefix)
    ]
    return (cloudwatch._cbor_ok if is_cbor else cloudwatch._json_ok)({"DashboardEntries": entries})
