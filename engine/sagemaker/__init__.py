"""Amazon SageMaker as far as the kit uses it: jobs and endpoints are local processes."""

from engine.sagemaker.service import SageMaker

__all__ = ["SageMaker"]
