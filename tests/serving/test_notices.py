"""The end of a run arrives in a chat, by docs/examples/notify_chat.py and a receiver on this machine."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from tests.conftest import ROOT


def test_a_chat_gets_the_end_of_a_run(tmp_path: Path) -> None:
    received: list[object] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    notice = {
        "state": "Completed",
        "message": "Published snapshot 0a1b. 3 statuses changed.",
        "study_folder": "/x/TOX-1",
    }
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        webhook = {
            "CHAT_WEBHOOK": f"http://127.0.0.1:{server.server_port}/services/T0/B0",
            "PREFECT_HOME": str(tmp_path),
        }
        subprocess.run(
            [sys.executable, ROOT / "docs/examples/notify_chat.py"],
            input=json.dumps(notice),
            text=True,
            check=True,
            timeout=120,
            env={**os.environ, **webhook},
        )
        server.shutdown()
    assert received == [{"text": "TOX-1 Completed: Published snapshot 0a1b. 3 statuses changed."}]
