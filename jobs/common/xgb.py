"""
XGBoost without its interface for scikit-learn, which no program here uses.

XGBoost imports scikit-learn wherever it is installed, and with it pandas and most of SciPy: two thirds of
what its import takes. Meanwhile the package looks as if it were not installed, which XGBoost provides for.
"""

import sys

# A process that holds scikit-learn already has paid for it.
_hide = "sklearn" not in sys.modules
if _hide:
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # Python's own mark of a module that is not there
try:
    from xgboost import Booster, DMatrix
finally:
    if _hide:
        del sys.modules["sklearn"]

__all__ = ["Booster", "DMatrix"]
