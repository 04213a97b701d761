"""The queue: service hours, what the hall looks like at a moment, and how many windows a service level needs."""
