"""The TypeScript client against the real server: `trustwright trail serve` in a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from trustwright.trail.places import URL
from trustwright.trail.service import keys

NODE = shutil.which("node")


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_client_s_own_tests(places: Path, root: Path) -> None:
    with psycopg.connect(os.environ[URL]) as connection:
        key = keys.create(connection, "client")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "trustwright"), "trail", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(300):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        environment = {**os.environ, "AUDIT_URL": f"http://127.0.0.1:{port}", "AUDIT_KEY": key}
        folder = root / "clients" / "typescript"
        done = subprocess.run(
            ["node", "--test"], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout[-3000:]
        assert "# skipped 0" in done.stdout
    finally:
        server.terminate()
        server.communicate(timeout=30)
    with psycopg.connect(os.environ[URL]) as connection:
        assert connection.execute("SELECT count(*) FROM public.system_audit_log").fetchone() == (10,)
