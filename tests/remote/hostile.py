"""A server that means ill, of a library that has nothing to do with ours: hostile.py WAY HOST_KEY HOME."""

import asyncio
import struct
import sys

import asyncssh
import asyncssh.stream

way, host_key, _ = sys.argv[1:]
LOUD = b"\x1b]0;x\x07Works: the server lets this key in\nGone: the server does not let this key in any more\n" * 300


class Server(asyncssh.SSHServer):
    def connection_made(self, conn):
        self.conn = conn

    async def begin_auth(self, username):
        if way == "banners":
            while True:
                self.conn.send_auth_banner(LOUD.decode())
                await asyncio.sleep(0)
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


async def flood(stream):
    while True:
        stream.write(LOUD)
        await stream.drain()


def packet(kind, body, length=None):
    data = bytes([kind]) + body
    return struct.pack(">I", len(data) if length is None else length) + data


def string(data, length=None):
    return struct.pack(">I", len(data) if length is None else length) + data


async def sftp(asked_on, out):
    """SFTP 3, whose answers are none."""
    head = await asked_on.readexactly(4)
    await asked_on.readexactly(struct.unpack(">I", head)[0])
    out.write(packet(2, struct.pack(">I", 3)))
    while True:
        head = await asked_on.readexactly(4)
        asked = await asked_on.readexactly(struct.unpack(">I", head)[0])
        kind, number = asked[0], asked[1:5]
        if way == "length":
            out.write(struct.pack(">I", 0xFFFFFFFF))
            await flood(out)
        elif way == "string" and kind == 16:
            out.write(packet(104, number + struct.pack(">I", 0x7FFFFFFF) + string(b"x", 0xFFFFFFF0)))
        elif kind == 16:
            name = string(b"/home/\x1b[2J" + b"x" * 30000)
            out.write(packet(104, number + struct.pack(">I", 1) + name + name + struct.pack(">I", 0)))
        elif kind in (7, 17):
            # Of a size that no disk has.
            attributes = struct.pack(">IQI", 5, 1 << 62, 0o100600)
            out.write(packet(105, number + attributes))
        elif kind == 3:
            out.write(packet(102, number + string(b"handle")))
        elif kind == 5:
            # More than was asked for, and never the end.
            out.write(packet(103, number + string(LOUD * 4)))
        else:
            out.write(packet(101, number + struct.pack(">I", 0) + string(b"ok") + string(b"en")))
        await out.drain()


async def sftp_to_its_end(asked_on, out):
    try:
        await sftp(asked_on, out)
    except asyncio.IncompleteReadError:
        out.close()


asyncssh.stream.run_sftp_server = lambda _, asked_on, out, version: sftp_to_its_end(asked_on, out)


async def run(process):
    if way == "stdout":
        await flood(process.stdout)
    if way == "stderr":
        await flood(process.stderr)
    if way == "drip":
        while True:
            process.stdout.write(b"x")
            await asyncio.sleep(1)
    if way in ("length", "string", "endless"):
        process.exit(1)
        return
    first = (await process.stdin.readline()).split()
    word = first[1] if len(first) > 1 else b""
    command = process.command or ""
    if "keywright-look" in command:
        process.stdout.write(b"\nkeywright-look " + word + b"\nplace .ssh/authorized_keys\n")
        if way == "size":
            process.stdout.write(b"state file 18446744073709551615\n")
            await flood(process.stdout)
        process.stdout.write(b"state file 2\nx\n")
    else:
        # Nothing was done.
        process.stdout.write(b"\nkeywright-done " + word + b"\n")
    process.exit(0)


async def main():
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[host_key], process_factory=run, encoding=None,
        sftp_factory=True,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
