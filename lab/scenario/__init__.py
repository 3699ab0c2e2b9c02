"""Scenarios: one timeline of orders for several fleets; schema, loader and player."""
