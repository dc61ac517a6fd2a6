"""What a run proved about permissions, and what the templates say about the rest."""
