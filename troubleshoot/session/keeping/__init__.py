"""What a journal stands on: its lines, a file that only grows, and a lock."""
