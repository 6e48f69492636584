"""The procedural teacher of the math pack: problems, solutions and mistakes with known truth.

`story` and `question` read a problem, `scenes_*` and `compose` build conditions onto it,
`templates_*` and `downward` make fresh and easier ones, `solutions` words them, `mistakes` errs on
purpose, and `teacher` answers requests with all of these.
"""

from evol.domains.math.procedural.teacher import MathTeacher

__all__ = ["MathTeacher"]
