"""Pure values and pure functions. No I/O, no clock, no randomness, nothing asynchronous enters here."""
