"""The local cloud in which the kit's synthesized templates run unchanged."""
