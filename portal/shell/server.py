"""The web server: gunicorn, the application loaded once and shared by its workers."""

import os
from typing import Any

from gunicorn.app.base import BaseApplication

from portal.kernel import db
from portal.shell.app import create_app


def _after_fork(_server: Any, _worker: Any) -> None:
    db.dispose()  # connections must not cross a fork


class Server(BaseApplication):
    """gunicorn run from code: threads answer, workers share the cores."""

    def __init__(self, host: str, port: int):
        self.address = f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        """Settings that are right in production; the number of workers comes from ``WEB_CONCURRENCY``."""
        self.cfg.set("bind", self.address)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("workers", int(os.environ.get("WEB_CONCURRENCY") or 2))
        self.cfg.set("threads", 4)
        self.cfg.set("timeout", 120)
        self.cfg.set("graceful_timeout", 20)
        self.cfg.set("preload_app", True)
        self.cfg.set("post_fork", _after_fork)
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        """The application."""
        return create_app()


def run(host: str, port: int) -> None:
    """Serve until stopped."""
    Server(host, port).run()
