"""What the pages ask of the snapshot beside indicators: one module a room, functions of a Store that return a DataFrame."""
