"""AWS Glue's Spark jobs, run on a local Spark."""
