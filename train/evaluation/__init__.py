"""Scores of a model on a benchmark, by the same verifiers that made its training data."""
