"""The commands of `hall`, one module a subject. A command parses, calls the function that a page would call too, and prints."""
