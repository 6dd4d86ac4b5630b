"""The parts of `tools.try_hosting`: what docs/hosting.md says, and a machine to do it on."""
