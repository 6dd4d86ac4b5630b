"""Messaging: what people say to each other.

Nouns: a conversation (of the whole sphere, for now) and its messages. A message lies in its conversation's
journal, is ordered by arrival, is edited by its author only and is deleted by hiding.
"""
