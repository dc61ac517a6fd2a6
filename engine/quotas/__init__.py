"""Service Quotas of a new account: one source for the API that tells them and the jobs that meet them."""

from engine.quotas.account import fresh_account
from engine.quotas.service import ServiceQuotas

__all__ = ["ServiceQuotas", "fresh_account"]
