# SPDX-License-Identifier: GPL-2.0-only
"""Which errno is returned when memory ends, or when OpenSSL fails?"""

from kbs_world import INIT_DATA, URI, Ours


class Errors(Ours):
    """Each call fails in turn."""

    def faulty(self, kind, **more):
        """(errno's name, text) of each run in which a call failed."""
        lines = self.run_client("faults", kind, URI, timeout=60000, **more)
        self.assertEqual(lines.pop().split()[0::2], ["all", "ok"])
        self.assertEqual([line for line in lines if line.startswith("not again")], [])
        return [line.split(" ", 3)[2:] for line in lines]

    def test_ENOMEM_wherever_memory_ends(self):
        results = self.faulty("memory")
        self.assertGreater(len(results), 100)
        self.assertEqual([r for r in results if r[0] != "ENOMEM"], [])

    def test_ENOMEM_or_made_up_for_wherever_curl_s_memory_ends(self):
        """What curl takes for a failure to connect is tried again."""
        results = self.faulty("curl")
        self.assertGreater(len(results), 100)
        self.assertEqual([r for r in results if r[0] not in ("ENOMEM", "ok")], [])

    def test_EIO_wherever_openssl_fails(self):
        realm = self.init_data(INIT_DATA)
        for kind, least in ((0, 18), (2, 12)):
            results = self.faulty("openssl", key=kind, **realm)
            self.assertGreaterEqual(len(results), least)
            for name, text in results:
                self.assertEqual(name, "EIO", text)
                self.assertIn("OpenSSL cannot", text)
