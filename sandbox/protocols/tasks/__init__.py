"""Videos as tasks."""
