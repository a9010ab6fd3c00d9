"""Docstring follows with the area."""
