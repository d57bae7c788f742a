"""A server that lets everybody in, of a library that has nothing to do with ours: everybody.py WAY HOST_KEY HOME.

WAY is "unasked": whatever is tried first lets in; or "unsigned": any key does, without a signature of it.
"""

import asyncio
import os
import sys

import asyncssh
import asyncssh.auth

way, host_key, home = sys.argv[1:]


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return way == "unsigned"

    def public_key_auth_supported(self):
        return True


async def take(self, packet):
    self.send_success()


if way == "unsigned":
    # It comes before the key is looked at, and before a signature would be asked for.
    asyncssh.auth._ServerPublicKeyAuth._start = take


async def run(process):
    shell = await asyncio.create_subprocess_shell(
        process.command or "exit 1",
        cwd=home,
        env={**os.environ, "HOME": home},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await shell.communicate(await process.stdin.read())
    process.stdout.write(out)
    process.stderr.write(err)
    process.exit(shell.returncode)


async def main():
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[host_key], process_factory=run, encoding=None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
