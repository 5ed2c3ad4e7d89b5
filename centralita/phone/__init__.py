"""A scriptable softphone on our own stack: for demonstrations and for administrators who try their menus."""
