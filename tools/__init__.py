"""What `make check` asks, and what the Makefile needs beside it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
