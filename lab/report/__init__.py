"""How a session is told: timeline, status, scorecard, result. Events and states in, words out, nothing else."""
