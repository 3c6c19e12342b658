"""Sessions that last: saved, journalled, carried to an edited tree, re-enacted."""
