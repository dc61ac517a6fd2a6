"""Redshift Serverless and its Data API over the tables of the Glue catalog."""

from engine.warehouse.data import RedshiftData
from engine.warehouse.serverless import RedshiftServerless

__all__ = ["RedshiftData", "RedshiftServerless"]
