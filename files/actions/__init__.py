"""The verbs of files."""

from files.actions.attaching import attach, discard
from files.actions.forgetting import erase_some, forget
from files.actions.preparing import failed, gathered, pictured, put_off
from files.actions.sending import Misplaced, announce, give_up, receive
from files.actions.wasting import begin, erase_waste

__all__ = [
    "Misplaced",
    "announce",
    "attach",
    "begin",
    "discard",
    "erase_some",
    "erase_waste",
    "failed",
    "forget",
    "gathered",
    "give_up",
    "pictured",
    "put_off",
    "receive",
]
