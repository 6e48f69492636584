"""The general pack, after WizardLM (arXiv 2304.12244)."""
