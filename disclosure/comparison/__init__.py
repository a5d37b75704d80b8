"""An estate beside estates like it, from proven books only."""
