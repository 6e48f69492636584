"""The pack that `evol domains new` writes: a small whole one, to change piece by piece."""
