"""Across files: which module, mount, guard and handler a name stands for."""
