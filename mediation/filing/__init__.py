"""Filing a case, and its progress without signing in."""
