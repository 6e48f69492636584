"""Verifiers: claim and evidence in, `Verdict` out. No teacher, no network, no engine.

A verifier never raises on bad data and never hangs.
"""
