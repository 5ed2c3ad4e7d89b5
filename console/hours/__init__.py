"""Opening hours, emergency closures and announcements over HTTP."""
