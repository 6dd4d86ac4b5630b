"""What happened: journals of numbered entries, the one write path, and receipts that make repeating harmless.

Knows no sphere and no user class: audience and actor are ids.
"""
