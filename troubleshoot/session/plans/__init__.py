"""Plans of a tree: the task for the search, the plan as a value, its file."""
