"""When a client company is open: weekly hours, holidays, special days. Pure functions of a moment; no clock."""
