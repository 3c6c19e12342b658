"""Tasks in, policies out, with what is proven about them."""
