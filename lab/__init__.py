"""The lab: the same orders to a mutable and an immutable fleet, under the same traffic."""

__version__ = "0.1.0"
