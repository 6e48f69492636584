"""Does verification pay? Tiny models trained through `evol train` on the same rows, filtered or not.

`python -m bench.verification_pays` from the repository's root makes the rows with the math pack's
procedural teacher, which errs when told to, filters them by each kind of evidence, trains one tiny
Llama for each arm and seed, evaluates them on problems whose numbers were never seen, and writes
the table and the chart of `docs/verification-pays.md`. `--quick` does all of that in about a minute,
too small to show anything but that it works.
"""
