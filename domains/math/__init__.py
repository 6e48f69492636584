"""The math pack, after WizardMath (arXiv 2308.09583)."""
