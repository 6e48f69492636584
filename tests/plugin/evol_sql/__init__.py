"""Questions about small tables, answered by a query that SQLite runs."""
