"""The code verifier: untrusted programs judged in a sandbox, by data they return."""
