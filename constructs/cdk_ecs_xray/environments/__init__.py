"""The files of environments: their model, and the task definition of each service. Pure."""
