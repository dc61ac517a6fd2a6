"""Verifies permissions: decisions of a run, and static checks of the templates for the rest."""
