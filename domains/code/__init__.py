"""The code pack: evolved programming tasks, kept where tests and solutions bear each other out."""
