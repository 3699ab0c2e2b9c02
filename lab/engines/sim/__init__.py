"""The built-in simulator: machines in process, in virtual time, from seeded random numbers."""
