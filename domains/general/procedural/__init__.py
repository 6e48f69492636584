"""The procedural teacher of the general pack: tasks whose right answers are known by construction.

`scenes` holds records to ask about, `steps` what can be asked of them, `demands` the checkable
constraints with an answer that keeps and one that breaks each, `task` puts these together,
`mistakes` errs on purpose, and `teacher` answers requests with all of it.
"""

from evol.domains.general.procedural.teacher import GeneralTeacher

__all__ = ["GeneralTeacher"]
