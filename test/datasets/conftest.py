from spark_session import bucket, spark

__all__ = ["bucket", "spark"]
