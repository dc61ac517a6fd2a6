"""What every job program shares. SageMaker and Glue see this folder beside the program that imports it."""
