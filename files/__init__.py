"""Files: what people send, kept by content within their sphere, prepared in the background, served through the seal.

Nouns: a file (one sending of one thing, under its name), its chunks while it arrives, a blob (its content, once for
each sphere), renditions of a blob, and the steps that prepare it.
"""
