"""An identity provider on this machine that only says what it is: enough to be made known, and to be sent to."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


def start() -> str:
    """Starts it for as long as this process runs; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    return address(server)


def address(server):
    return f"http://127.0.0.1:{server.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        # Whatever stands before the well-known path is an issuer of its own.
        issuer = address(self.server) + self.path.partition("/.well-known")[0]
        said = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        body = json.dumps({"keys": []} if self.path.endswith("/keys") else said).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""
