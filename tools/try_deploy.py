#!/usr/bin/env python3
"""Run what deploy/ names: the ExecStart of the web unit by hand, and Debian's nginx with the site in front of it, on loopback.

    tools/try_deploy.py            (needs nginx and openssl; a database of its own in a temporary folder)

Asks what a browser asks and holds the answers against what the site promises. Exits 1 with what is not so.
"""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
INSTALLED = "/srv/portal"


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def site(folder: Path, portal: int, plain: int, secure: int) -> Path:
    """The whole configuration of an nginx of its own around the site in deploy/nginx; only addresses and paths differ."""
    text = (PROJECT / "deploy/nginx/portal.conf").read_text()
    for old, new in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{portal};"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("/etc/portal/tls", str(folder)),
        ("/var/cache/nginx/portal", str(folder / "cache")),
        (INSTALLED, str(PROJECT)),
    ):
        assert old in text, old
        text = text.replace(old, new)
    text = re.sub(r"\n\s*listen \[::\].*", "", text)
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    made = folder / "nginx.conf"
    made.write_text(
        f"daemon off;\nuser root;\npid {folder / 'pid'};\nerror_log {folder / 'error.log'};\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\naccess_log off;\n{temporary}{text}\n}}\n"
    )
    return made


def certificate(folder: Path) -> None:
    """A certificate that nobody trusts, for the trial."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


def exec_start(unit: str) -> list[str]:
    """The command of a unit, with this tree in the place of the installed one."""
    text = (PROJECT / "deploy/systemd" / unit).read_text().replace(INSTALLED, str(PROJECT))
    found = re.search(r"^ExecStart=(.*)$", text, re.M)
    assert found, unit
    return shlex.split(found[1])


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended afterwards as systemd ends it."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int, path: str, method: str = "GET", secure: bool = True, **headers: str) -> tuple[HTTPResponse, bytes]:
    """One answer, read to its end."""
    loose = ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
    connection: HTTPConnection = (
        HTTPSConnection("127.0.0.1", port, timeout=30, context=loose)
        if secure
        else HTTPConnection("127.0.0.1", port, timeout=30)
    )
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def until_ready(port: int, path: str, secure: bool) -> None:
    """Wait until something answers."""
    for _attempt in range(600):
        try:
            if ask(port, path, secure=secure)[0].status < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"nothing answers on {port}")


def promises(plain: int, secure: int) -> list[str]:
    """What is not as the site promises."""
    wrong = []

    def see(what: str, true: bool) -> None:
        print(("ok    " if true else "WRONG ") + what, flush=True)
        if not true:
            wrong.append(what)

    moved = ask(plain, "/help", secure=False)[0]
    see("http is sent to https", moved.status == 301 and str(moved.headers["Location"]).startswith("https://"))
    first, body = ask(secure, "/help")
    second = ask(secure, "/help")[0]
    see("a public page is kept by the proxy", (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT"))
    see("and says for how long", "stale-while-revalidate" in str(second.headers["Cache-Control"]))
    again = ask(secure, "/help", If_None_Match=str(first.headers["ETag"]))[0]
    see("an unchanged page is 304", again.status == 304)
    see(
        "who carries a cookie is not served from there",
        ask(secure, "/help", Cookie="a=b")[0].headers["X-Cache"] == "BYPASS",
    )
    door = ask(secure, "/sign-in")[0]
    see("a form is private", door.status == 200 and "no-store" in str(door.headers["Cache-Control"]))
    see("and never kept", ask(secure, "/sign-in")[0].headers["X-Cache"] != "HIT")
    see("cookies are for https only", all("Secure" in cookie for cookie in door.headers.get_all("Set-Cookie") or []))
    found = re.search(rb'href="(/static/[^"]+\.css\?v=[0-9a-f]+)"', body)
    style = ask(secure, found[1].decode() if found else "/missing", Accept_Encoding="gzip")[0]
    see(
        "static files come from nginx, for a year",
        "immutable" in str(style.headers["Cache-Control"]) and style.status == 200,
    )
    see("packed", style.headers["Content-Encoding"] == "gzip")
    see("a missing one is no page of the portal", ask(secure, "/static/nothing.css")[0].status == 404)
    see("a header that the client made up is dropped", ask(secure, "/help", X_Forwarded_For="6.6.6.6")[0].status == 200)
    see("measurements are not for the world", ask(secure, "/metrics")[0].status == 404)
    big = ask(secure, "/sign-in", "POST", Content_Length=str(65 * 1024 * 1024))[0]
    see("what the portal would not take does not reach it", big.status == 413)
    see("the API is not kept", ask(secure, "/api/v1/lists")[0].headers["X-Cache"] is None)
    return wrong


def main() -> int:
    """Start both, ask, stop both."""
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        print("nginx is not installed (Debian package nginx-light): the site was not tried")
        return 1
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory(prefix="portal-deploy-", dir="/tmp") as name:
        folder = Path(name)
        portal, plain, secure = free_port(), free_port(), free_port()
        environment = {
            **os.environ, "PORTAL_INSTANCE": str(folder / "instance"), "DATABASE_URL": "", "PORT": str(portal),
            "BASE_URL": f"https://127.0.0.1:{secure}", "TRUSTED_PROXIES": "1",
        }  # fmt: skip
        command = exec_start("portal-web.service")
        subprocess.run([command[0], "init"], env=environment, check=True, capture_output=True)
        certificate(folder)
        configuration = site(folder, portal, plain, secure)
        tried = subprocess.run([nginx, "-t", "-c", str(configuration)], capture_output=True, text=True, check=False)
        print(tried.stderr.strip())
        if tried.returncode:
            return 1
        worker = running(exec_start("portal-worker.service"), environment, folder / "worker.log")
        with running(command, environment, folder / "web.log"), worker as second:
            until_ready(portal, "/readyz", secure=False)
            with running([nginx, "-c", str(configuration)], environment, folder / "nginx.log"):
                until_ready(secure, "/healthz", secure=True)
                wrong = promises(plain, secure)
            if second.poll() is not None:
                wrong.append("the worker ended by itself: " + (folder / "worker.log").read_text()[-500:])
        print("\n".join(wrong) or "all as promised")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
