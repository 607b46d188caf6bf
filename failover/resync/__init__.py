"""A whole table at both sites: copied from one to the other, compared, made alike again, by the versions of items."""
