"""What runs on the application tier's machines, and the files that they run it by. No Pulumi."""
