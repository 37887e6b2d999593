"""Answers in words, over four protocols."""
