"""What writers of menus work with: explain, compare, draw, try, test. Pure; commands and the console call it."""
