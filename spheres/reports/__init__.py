"""What a stranger can learn about a sphere: asked of the site itself, written down for everybody in the sphere."""
