"""What the site tells everybody about itself: what it keeps of people, and why."""
