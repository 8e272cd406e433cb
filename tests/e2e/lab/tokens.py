"""Whose an access token is, for a mail server that asks over HTTP, as providers of OAuth2 tell theirs."""

import http.server
import json
import threading


class Tokens:
    """`owners` maps each token that holds now to who may log in with it."""

    def __init__(self, **owners):
        self.owners, tokens = owners, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner = tokens.owners.get(self.path.removeprefix("/"))
                self.send_response(200 if owner else 401)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"email": owner} if owner else {"error": "invalid_token"}).encode())

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
