"""Threads: what people answer to a thing of any feature, and what they keep of it for themselves.

Nouns: a thread, which a thing gets with its first answer; reactions, counted on it. It lies in the thing's own
journal and knows no feature: a feature says which of its things are answered to (`subjects.py`).
"""
