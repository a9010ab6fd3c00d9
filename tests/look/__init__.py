"""The shared look: macros, styles and the page script, tried on a small site of their own."""
