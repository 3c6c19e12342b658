"""What authors write, read once into blocks, and how blocks read as plain lines."""
