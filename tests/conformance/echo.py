"""A WebSocket backend that answers each message with itself: Autobahn's own echo, which fails
none of Autobahn's cases, compressed ones included. For Python 2.7.

Listens on loopback, on any free port, and prints that.
"""

import sys

# Chooses the reactor, so it comes before all that use one.
from autobahntestsuite import testee
from twisted.internet import reactor


def main():
    # Without a URL the Host field may name any port: behind a proxy it names the proxy's.
    factory = testee.TesteeServerFactory(None)
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    print(port.getHost().port)
    sys.stdout.flush()
    reactor.run()


if __name__ == "__main__":
    main()
