"""Feed, hub and socket, commands, shells, service worker: how journals reach devices and commands come back."""
