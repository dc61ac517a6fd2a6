"""The part of Amazon SageMaker that the kit uses: jobs and endpoints are local processes."""

from engine.sagemaker.service import SageMaker

__all__ = ["SageMaker"]
