"""The public REST API: shapes, and the routes that fill them."""
