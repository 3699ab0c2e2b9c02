"""One panel a file: each draws a `Picture` and keeps no state of the lab itself."""
