"""The web server: gunicorn, the application loaded once and shared by its workers."""

import gc
import os
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from portal.kernel import counters, db, logs
from portal.shell.app import create_app


def _after_fork(_server: Any, _worker: Any) -> None:
    db.dispose()  # connections must not cross a fork


class OneLog(Logger):
    """gunicorn's own events go where all others go."""

    def setup(self, cfg: Any) -> None:
        """Without handlers of its own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


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
        # seconds; longer than the proxy's 60, which else sends into a connection that closes
        self.cfg.set("keepalive", 65)
        self.cfg.set("timeout", 120)
        self.cfg.set("graceful_timeout", 20)
        self.cfg.set("preload_app", True)
        self.cfg.set("post_fork", _after_fork)
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("logger_class", OneLog)

    def load(self) -> Any:
        """The application. What it is made of stays for good: no search for garbage goes through it again, and the workers
        share its memory, since none of them writes to it for being looked at."""
        made = create_app()
        gc.collect()
        gc.freeze()
        return made


def run(host: str, port: int) -> None:
    """Serve until stopped. PostgreSQL gives up a statement before the proxy gives up the request (120 s): the person is told."""
    os.environ.setdefault("PGOPTIONS", "-c statement_timeout=90s")
    logs.configure()
    counters.forget_dead()
    Server(host, port).run()
