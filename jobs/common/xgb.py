"""
XGBoost without its interface for scikit-learn, which no program here uses.

XGBoost imports scikit-learn when it is installed, and with it pandas and most of SciPy: two thirds of its
import time. During the import the package is marked as not installed, a case that XGBoost supports.
"""

import sys

# The cost is already paid in a process that has imported scikit-learn.
_hide = "sklearn" not in sys.modules
if _hide:
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # Python's own mark of a missing module
try:
    from xgboost import Booster, DMatrix
finally:
    if _hide:
        del sys.modules["sklearn"]

__all__ = ["Booster", "DMatrix"]
