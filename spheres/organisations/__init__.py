"""Organisations: their hall, and the spheres that they offer to everybody in it."""
