"""Hosts of many makers' models: OpenRouter, xAI and their like."""
