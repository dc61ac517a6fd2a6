"""Seam: dashboards are listed in the protocols of current SDKs. The emulator writes a dashboard's time as
text, which the SDK refuses."""

from functools import partial
from typing import Any

import cbor2

from engine.emulator import pinned

# https://www.rfc-editor.org/rfc/rfc8949#section-3.4.2: the tag of an epoch time
_EPOCH_TIME = 1


def install() -> None:
    cloudwatch = pinned.module("services.cloudwatch")
    original = cloudwatch._list_dashboards

    def list_dashboards(params: Any, cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if not (is_cbor or is_json):
            return original(params, cbor_data, is_cbor, is_json)
        prefix = cbor_data.get("DashboardNamePrefix", "")
        time = partial(cbor2.CBORTag, _EPOCH_TIME) if is_cbor else float
        entries = [
            {
                **{key: dashboard[key] for key in ("DashboardName", "DashboardArn", "Size")},
                "LastModified": time(dashboard["LastModified"]),
            }
            for name, dashboard in sorted(cloudwatch._dashboards.items())
            if name.startswith(prefix)
        ]
        return (cloudwatch._cbor_ok if is_cbor else cloudwatch._json_ok)({"DashboardEntries": entries})

    cloudwatch._list_dashboards = list_dashboards
