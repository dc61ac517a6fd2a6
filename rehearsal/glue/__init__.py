"""AWS Glue's Spark jobs, run on a local Spark."""

from rehearsal.glue.runner import GlueRunner

__all__ = ["GlueRunner"]
