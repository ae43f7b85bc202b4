"""An answer on the screen."""
