"""Teachers: whatever answers chat messages."""

from evol.teacher.spec import make_teacher

__all__ = ["make_teacher"]
