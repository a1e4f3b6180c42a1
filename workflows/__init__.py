"""Durable workflows: one per joint task, and those that have a life of their own."""
