"""Modules that every job program shares. They lie in a folder beside the program, on SageMaker as on Glue."""
