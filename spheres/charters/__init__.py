"""Charters: what the people of a sphere agree to before they read in it."""
