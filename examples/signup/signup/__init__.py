"""The signup service: its web app, with and without tracing."""
