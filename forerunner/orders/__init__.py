"""SIM orders: all of an order on every system, proven to work, or none of it and a reason."""
