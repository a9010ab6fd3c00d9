"""Measured and printed as ratios, never asserted by wall-clock."""
