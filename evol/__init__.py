"""evol: evolve instructions into specialist training data, with a verdict on every row."""

__version__ = "0.1.0"
