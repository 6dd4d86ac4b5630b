"""Django's backend for PostgreSQL, which also tells the server which spheres are open."""
