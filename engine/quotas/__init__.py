"""Service Quotas of a new account: one source for the API and for the jobs that are limited by them."""

from engine.quotas.account import fresh_account
from engine.quotas.service import ServiceQuotas

__all__ = ["ServiceQuotas", "fresh_account"]
