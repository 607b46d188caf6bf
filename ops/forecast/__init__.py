"""What a stack costs a month and how long a failover takes, from what it declares. Pure: no cloud, no network."""
