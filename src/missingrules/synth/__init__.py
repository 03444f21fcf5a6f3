"""Made-up logs of missing children, realistic in their figures, of any size.

``entries`` makes them for a program, ``write`` as a file; :class:`Habits` says what the force does.
The same seed gives the same log on every machine. There is no person behind any of it: children are
numbers, and texts are fixed phrases.
"""

from missingrules.synth.habits import Area, Habits
from missingrules.synth.made import entries
from missingrules.synth.writing import SUFFIXES, Written, write

__all__ = ["SUFFIXES", "Area", "Habits", "Written", "entries", "write"]
