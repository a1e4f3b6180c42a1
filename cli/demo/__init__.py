"""The demo: a county of its own, a cast, a play, and the platform's stand-in."""
