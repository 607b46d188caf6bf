"""What runs on every machine of the application tier."""
