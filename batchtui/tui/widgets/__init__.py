"""Widgets that know data and post messages, and never call a workflow."""
