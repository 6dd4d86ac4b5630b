"""Where you are: organisations, spheres, memberships, the seal and Reader.

A thing is reached through a membership, or it does not exist.
"""
