"""Arguments of a job."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn


class GlueArgumentError(Exception):
    """A required argument is missing."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


# The name is AWS's.
def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:  # noqa: N802
    """The values of `options` out of `sys.argv`; the temporary folder comes along when it is given."""
    parser = _Parser()
    if "TempDir" not in options:
        parser.add_argument("--TempDir")
    for option in options:
        parser.add_argument(f"--{option}", required=True)
    found = vars(parser.parse_known_args(args[1:])[0])
    return {name: value for name, value in found.items() if value is not None}
