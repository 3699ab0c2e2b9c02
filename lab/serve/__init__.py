"""The terminal UI in a browser: who may look, and a process for each who does."""
