"""What people get, in a real browser."""
