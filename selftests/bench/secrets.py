#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure `tsmctl kbs get` in a realm, beside curl: peak memory, and size of the programs.

Both ask the same Key Broker Service on this machine's loopback, over TLS, for the same
key of 32 bytes. tsmctl attests, gets it and decrypts it; curl has the token that tsmctl
got, and keeps what it is answered. Sizes are of stripped files, each program with the libraries of its own project.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import bench

sys.path.insert(0, str(bench.TOP / "selftests/testbed/kbs"))

import certificates
import packages
from kbs import Kbs, Server
from policy import Policy

BUILD = bench.OUT.parent
REALM_USER = BUILD / "realm-user"
OURS = {REALM_USER / "tsmctl/tsmctl": "/usr/bin/tsmctl",
        REALM_USER / "libtsm/libtsm.so.1": "/lib/libtsm.so.1",
        REALM_USER / "libtsm-kbs/libtsm-kbs.so.1": "/lib/libtsm-kbs.so.1"}

IN_THE_REALM = """
peak() {
	name=$1
	shift
	time -v -o /tmp/time "$@" >/tmp/said 2>&1 || { cat /tmp/said >&2; exit 1; }
	echo $name $(sed -n 's/.*Maximum resident set size (kbytes): //p' /tmp/time)
}
token=$(tsmctl kbs attest --url $1 --ca /ca.pem)
for round in 1 2 3 4 5; do
	peak tsmctl tsmctl kbs get kbs:///default/key/1 --url $1 --ca /ca.pem --out /tmp/key
	peak curl curl -sf --cacert /ca.pem -H "Authorization: Bearer $token" -o /tmp/answer $1/kbs/v0/resource/default/key/1
done
[ $(wc -c </tmp/key) = 32 ]
grep -q ciphertext /tmp/answer
"""


def stripped(*files):
    """KiB of all of them."""
    total = 0
    for path in files:
        with tempfile.NamedTemporaryFile() as file:
            pathlib.Path(file.name).write_bytes(path.read_bytes())
            subprocess.run([f"{bench.CROSS}strip", file.name], check=True)
            total += pathlib.Path(file.name).stat().st_size
    return total / 1024


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for variables in ([f"O={BUILD}"], [f"O={REALM_USER}", f"CC={bench.CROSS}gcc"]):
        subprocess.run(["make", "-s", "-C", bench.TOP / "userspace", *variables], check=True, stdout=sys.stderr)
    subprocess.run(["make", "-s", "-C", bench.TOP / "selftests/testbed", f"O={BUILD}"], check=True, stdout=sys.stderr)
    monitor = BUILD / "monitor"
    peaks = {"tsmctl": [], "curl": []}
    with tempfile.TemporaryDirectory() as folder:
        ca, certificate = certificates.make(folder)
        kbs = Kbs(Policy(monitor / "trust-anchors.json", monitor / "reference-platform.json"),
                  {"default/key/1": bytes(range(32))})
        with Server(kbs, certificate) as server:
            options = ["--net", "--package", "curl", "--file", f"{ca}:/ca.pem",
                       *(a for host, guest in OURS.items() for a in ("--file", f"{host}:{guest}"))]
            for name, size in bench.realm(options, IN_THE_REALM, f"https://10.0.2.2:{server.server_port}"):
                peaks[name].append(int(size) / 1024)
    if kbs.defects:
        sys.exit(f"bench: the KBS: {kbs.defects}")
    ours, theirs = (sorted(peaks[name])[2] for name in ("tsmctl", "curl"))
    bench.row("tsmctl kbs get, peak memory", "curl", ours, theirs, "MiB",
              bench.spread([a / b for a, b in zip(peaks["tsmctl"], peaks["curl"])]))
    curl = packages.fetch("curl")
    bench.row("tsmctl kbs get, size", "curl, libcurl", stripped(*OURS),
              stripped(curl / "usr/bin/curl", next(curl.glob("usr/lib/*/libcurl.so.4"))), "KiB")


if __name__ == "__main__":
    main()
