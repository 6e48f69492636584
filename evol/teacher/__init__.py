"""Teachers: whatever answers chat messages."""
