"""What Lifeboat declares in AWS."""
