"""The wiring: settings, addresses, servers and limits. May import every app; none imports it."""
