"""Pages from trees."""
