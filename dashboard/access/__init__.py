"""The walls of the dashboard: who is at the other end, and what of the snapshot their questions can touch."""
