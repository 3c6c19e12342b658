"""What an author writes: from the text of a tree file to a ``Tree``."""
