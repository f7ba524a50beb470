"""A Flask app that knows nothing of tracing."""

import os

from flask import Flask

app = Flask(__name__)


@app.get("/orders/<order>")
def show(order: str) -> str:
    return f"{order} {os.getpid()}"
