"""A report that a person opens in a browser: one HTML file, offline, made from a run or an audit.

`model` holds what a report says; `from_run.run_report` and `from_audit.audit_report` gather it from a
run's journal and from an audit's folder; `rendering.render` writes it. Nothing else of evol knows HTML.
"""
