"""The procedural teacher of the code pack: tasks, programs, tests and mistakes with known truth.

`task` reads a seed's program and the calls that its tests make, `running` runs programs in a
sandbox, `steps_*` are the things that can be asked in addition, `compose` puts one onto a task,
`mistakes` errs on purpose, and `teacher` answers requests with all of these.
"""

from evol.domains.code.procedural.teacher import CodeTeacher

__all__ = ["CodeTeacher"]
