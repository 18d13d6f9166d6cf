"""What a change of calendars or contracts would touch, found out before any night runs with it."""
