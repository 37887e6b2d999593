"""Calls from gateways: a task has ended, credit runs low."""
