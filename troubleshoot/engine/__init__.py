"""Arithmetic of troubleshooting: arrays in, arrays out; ``model`` knows the tree."""
