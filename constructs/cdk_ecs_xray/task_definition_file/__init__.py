"""An existing task definition in, a traced one out. Pure."""
