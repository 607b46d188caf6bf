"""What Lifeboat declares at Linode."""
