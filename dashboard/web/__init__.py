"""What the browser is given: the entry script and static files."""
