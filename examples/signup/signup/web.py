"""The web app, without a word about tracing."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, request

from signup.signups import AlreadySignedUpError, MalformedSignupError, Signups

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign up</title>
<form method="post" action="/signup">
<label>Name <input name="name" required></label>
<label>Address <input name="email" type="email" required></label>
<button>Sign up</button>
</form>
</html>
"""
_log = logging.getLogger("signup")


def web_app(signups: Signups) -> Flask:
    """Return the app for a store of signups."""
    app = Flask("signup")

    @app.get("/")
    def form() -> str:
        return PAGE

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.post("/signup")
    def sign_up() -> tuple[Response, int]:
        try:
            signups.add(request.form.to_dict())
        except MalformedSignupError as error:
            return jsonify(error=str(error)), 400
        except AlreadySignedUpError:
            _log.warning("a duplicate signup")
            return jsonify(error="this address has signed up already"), 409
        _log.info("a new signup")
        return jsonify(signed_up=True), 201

    return app
