"""Where servers really live. `base` is what a strategy sees of an engine; the rest is behind it."""
