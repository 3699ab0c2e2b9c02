"""The terminal UI: draws pictures of a lab and gives it orders. Nothing in here touches an engine."""
