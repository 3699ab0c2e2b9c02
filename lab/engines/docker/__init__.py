"""The engine whose servers are real containers: `engine` is the way in. Nothing is imported before it is used."""
