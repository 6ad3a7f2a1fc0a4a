"""What a process of ours starts with, whichever it is: its log, its event loop, its collector."""
