"""Measurements, one command each; every one prints a table, or with `--json` one object."""
