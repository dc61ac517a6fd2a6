"""Firehose delivery to S3: buffering, dynamic partitioning and object names."""
