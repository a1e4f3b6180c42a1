"""A plan's whole year, played on skipped time by people who follow a seeded law."""
