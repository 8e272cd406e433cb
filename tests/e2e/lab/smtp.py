"""A real SMTP server on aiosmtpd that keeps every message, and misbehaves on demand.

    python3 -m lab.smtp --dir FOLDER --port-file FILE [--ca FOLDER] [--implicit] [--user NAME --password WORD]
                        [--no-starttls] [--certificate NAME] [--faults FILE]

Faults, by recipient (lab.faults):
    450, 451, 550, …   this answer to RCPT
    data:552           this answer to the end of the data
    drop               closes the connection in the middle of the data
    hang, hang-data    never answers RCPT, or the end of the data
    delay:SECONDS      answers the end of the data that late
    hold               keeps the message when the test lets it in (lab.gate)
"""

import argparse
import asyncio
import logging
import pathlib
import signal
import socket
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from . import faults, store
from .ca import Authority
from .gate import Gate

# aiosmtpd reports every client that breaks off; here they do so on purpose.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

TEXTS = {
    "450": "4.2.1 Mailbox busy",
    "451": "4.3.0 Try again later",
    "452": "4.2.2 Mailbox full",
    "550": "5.1.1 No such user here",
    "552": "5.3.4 Message too big",
}


def _answer(code):
    return f"{code} {TEXTS.get(code, f'{code[0]}.0.0 Lab fault')}"


class _Handler:
    """aiosmtpd's hooks."""

    def __init__(self, server):
        self.server = server

    async def handle_MAIL(self, smtp, session, envelope, address, options):
        if self.server.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, smtp, session, envelope, address, options):
        fault = self.server.faults.next(address)
        if fault:
            if fault.name == "hang":
                await asyncio.Event().wait()
            if fault.name.isdigit():
                return _answer(fault.name)
            smtp.lab_fault = fault
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp, session, envelope):
        fault, smtp.lab_fault = smtp.lab_fault, None
        if fault and fault.name == "hang-data":
            await asyncio.Event().wait()
        if fault and fault.name == "delay":
            await asyncio.sleep(float(fault.argument))
        if fault and fault.name == "hold":
            await asyncio.to_thread(self.server.gate.hold)
        if fault and fault.name == "data":
            return _answer(fault.argument)
        record = self.server.store.add(
            {
                "from": envelope.mail_from,
                "to": list(envelope.rcpt_tos),
                "helo": session.host_name,
                "peer": session.peer[0],
                "tls": session.ssl is not None or self.server.implicit,
                "user": session.auth_data.login.decode() if session.authenticated else None,
                "connection": smtp.lab_connection,
            },
            envelope.original_content,
            ".eml",
        )
        return f"250 2.0.0 Ok: kept as {record['number']}"


class _Smtp(SMTP):
    """One connection."""

    lab_fault = None
    lab_connection = 0

    def connection_made(self, transport):
        # After STARTTLS aiosmtpd calls this once more for the same connection.
        if not self.lab_connection:
            self.lab_connection = self.event_handler.server.count_connection()
        super().connection_made(transport)

    async def smtp_DATA(self, arg):
        if not self.lab_fault or self.lab_fault.name != "drop":
            await super().smtp_DATA(arg)
            return
        self.lab_fault = None
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._reader.readline()
        self.transport.abort()


class SmtpServer:
    """Listens on 127.0.0.1 and, where there is IPv6, ::1, on one port. A context manager."""

    def __init__(
        self,
        folder,
        authority=None,
        implicit=False,
        starttls=True,
        certificate="server",
        user=None,
        password=None,
        programs=None,
        faults_file=None,
    ):
        self.store = store.Store(folder)
        self.faults = faults.Faults(programs, faults_file)
        self.gate = Gate()
        self.implicit = implicit
        self.connections = 0
        self.port = None
        self._context = authority.context(certificate) if authority else None
        self._starttls = starttls and authority is not None and not implicit
        self.login = (user.encode(), password.encode()) if user else None
        self._handler = _Handler(self)
        self._servers = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="lab-smtp", daemon=True)

    # ---- in the loop's thread

    def count_connection(self):
        self.connections += 1
        return self.connections

    def _authenticate(self, server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == self.login
        return AuthResult(success=good, handled=good, auth_data=data if good else None)

    def _protocol(self):
        return _Smtp(
            self._handler,
            hostname="lab.example",
            tls_context=self._context if self._starttls else None,
            authenticator=self._authenticate if self.login else None,
            # With implicit TLS aiosmtpd does not know that the connection is encrypted.
            auth_require_tls=self._starttls,
            loop=self._loop,
        )

    async def _listen(self):
        context = self._context if self.implicit else None
        for _ in range(16):
            server = await self._loop.create_server(self._protocol, "127.0.0.1", self.port or 0, ssl=context)
            port = server.sockets[0].getsockname()[1]
            self._servers = [server]
            try:
                self._servers.append(await self._loop.create_server(self._protocol, "::1", port, ssl=context))
            except OSError as error:
                if socket.has_ipv6 and error.errno == 98:  # that port is taken there: try another
                    server.close()
                    continue
            self.port = port
            return
        raise OSError("no port that is free for both IPv4 and IPv6")

    async def _close(self):
        for server in self._servers:
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    # ---- in the caller's

    def start(self):
        self._thread.start()
        self._call(self._listen())
        return self

    def stop(self):
        self.gate.let_in()
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    @property
    def url(self):
        return f"{'smtps' if self.implicit else 'smtp'}://127.0.0.1:{self.port}"

    def messages(self):
        """Records of what was accepted: from, to, arrived, tls, user, file, …"""
        return self.store.all()

    def wait(self, count, timeout=30):
        return self.store.wait(count, timeout)

    def content(self, record):
        """The bytes of a message as they came, without the dots of the transport."""
        return (self.store.folder / record["file"]).read_bytes()


def main():
    parser = argparse.ArgumentParser(prog="lab.smtp", description="An SMTP server that keeps every message.")
    parser.add_argument("--dir", required=True, help="folder for the messages")
    parser.add_argument("--port-file", required=True, help="file that gets the port when all is ready")
    parser.add_argument("--ca", help="folder of the authority (made if empty); without it no TLS")
    parser.add_argument("--certificate", default="server", help="server, wrong-name, expired, stranger")
    parser.add_argument("--implicit", action="store_true", help="TLS from the first byte: smtps://")
    parser.add_argument("--no-starttls", action="store_true")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--faults", help="JSON file, read again whenever it changes: {recipient: program}")
    options = parser.parse_args()
    # Waited for below; blocked before any thread is made, so that none of them gets it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with SmtpServer(
        options.dir,
        Authority(options.ca) if options.ca else None,
        implicit=options.implicit,
        starttls=not options.no_starttls,
        certificate=options.certificate,
        user=options.user,
        password=options.password,
        faults_file=options.faults,
    ) as server:
        store.write_port(pathlib.Path(options.port_file), server.port)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
