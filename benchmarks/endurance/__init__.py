"""Traffic for minutes, while all that may change does: who fails, and is memory flat."""
