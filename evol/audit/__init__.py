"""Judge somebody else's dataset with a pack's verifiers: no teacher, no key, no network.

An audit reads rows as a stream (`formats`, `sources`), judges each in worker processes (`chunks`,
`checks`, `judging`), keeps what it found in one SQLite file (`store`), then looks at rows beside
each other (`together`) and writes a summary, every row's verdict, a cleaned set and a quarantine
(`writing`, `summary`). `perform` in `evol.audit.performing` does all of it.
"""
