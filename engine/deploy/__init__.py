"""Publishes a cloud assembly's assets and creates its stacks, with the synthesized templates unchanged."""
