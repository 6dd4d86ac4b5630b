"""The demo: a building company, a family and a running club, told in French by hand.

`people.toml` and `spheres.toml` are the cast, `threads/` the stretches of talk, `rituals/` and `slots.toml` what
fills the year before them. `year.tell()` makes messages of all that, `loading.load()` sends them through actions.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
