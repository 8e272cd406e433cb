"""What a server holds back, until the test lets it in."""

import threading


class Gate:
    def __init__(self):
        self.held = 0  # so far
        self._passes = threading.Semaphore(0)

    def hold(self):
        """In a thread of the server's."""
        self.held += 1
        self._passes.acquire()

    def let_in(self, count=10_000):
        """So many of those that are held, or will be; by default all."""
        self._passes.release(count)
