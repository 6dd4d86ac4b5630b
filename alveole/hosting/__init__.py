"""The site as a whole and whoever runs it: set-up, mail, health, what an operator sees."""
