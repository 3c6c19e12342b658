"""Answers by code: which probe runs when, how it is called, and for how long."""
