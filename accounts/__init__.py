"""Who you are: the person, ways of signing in, sessions, devices and preferences. Knows no sphere."""
