"""The math answer verifier: extraction, comparison, step checks, clustering, back-substitution."""
