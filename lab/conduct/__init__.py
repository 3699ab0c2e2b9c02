"""What orders do: one file for each family of them.

An order is carried out in two parts, both chosen by its type: `prepare`, once for all fleets, and `carry_out`, for
each fleet. A new order registers what it does in a file here, and the file is named below. What a person does beside
orders, to look at a server or to be on it, is here too.
"""

from lab.conduct import changes, looking, servers, shells, staging, telling, trouble
from lab.conduct.dispatch import carry_out, prepare

__all__ = ["carry_out", "changes", "looking", "prepare", "servers", "shells", "staging", "telling", "trouble"]
