"""Training and evaluation on TRL; torch is imported only inside functions."""
