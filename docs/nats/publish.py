#!/usr/bin/env python3
"""Publishes one notification over NATS and prints the receipt. Needs nothing but Python's standard library.

    python3 publish.py nats://user:password@127.0.0.1:4222 default incident '{"incident":{"summary":"Hello"}}'

It asks for a receipt (request/reply, answered after the notification is on disk). With --fire it publishes to JetStream
instead and prints the broker's acknowledgement. The protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol
"""
import json
import socket
import sys
import uuid
from urllib.parse import unquote, urlparse


def request(url, subject, body, timeout_s=10):
    """Sends one message with a reply subject and returns the answer's bytes."""
    where = urlparse(url)
    with socket.create_connection((where.hostname, where.port or 4222), timeout_s) as line:
        answers = line.makefile("rb")
        options = {"user": unquote(where.username or ""), "pass": unquote(where.password or ""), "verbose": False}
        # A new reply subject each time, as every client library has it.
        inbox = b"_INBOX.%s" % uuid.uuid4().hex.encode()
        line.sendall(b"CONNECT %s\r\nSUB %s 1\r\n" % (json.dumps(options).encode(), inbox))
        line.sendall(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), inbox, len(body), body))
        while True:
            words = answers.readline().split()
            if not words or words[0] == b"-ERR":
                raise SystemExit("the broker refused: %s" % b" ".join(words).decode())
            if words[0] == b"PING":
                line.sendall(b"PONG\r\n")
            if words[0] == b"MSG":
                return answers.read(int(words[-1]))


def main():
    fire = "--fire" in sys.argv
    arguments = [one for one in sys.argv[1:] if one != "--fire"]
    if len(arguments) != 4:
        raise SystemExit(__doc__)
    url, tenant, kind, payload = arguments
    if fire:
        answer = request(url, f"waybill.v1.notifications.{tenant}.{kind}", payload.encode())
    else:
        # The payload goes in as it stands: parsing and printing it would change the spelling of its numbers.
        body = '{"type":%s,"payload":%s}' % (json.dumps(kind), payload)
        answer = request(url, f"waybill.v1.rpc.notifications.{tenant}.publish", body.encode())
    print(answer.decode())
    if b'"problem"' in answer or b'"error"' in answer:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
