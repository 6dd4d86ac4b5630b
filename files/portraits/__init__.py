"""Portraits: the photo by which a member is known in one sphere, and the logo of a sphere."""
