#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""report.py [DIR] <challenge >report: libtsm by ctypes."""
import ctypes
import os
import sys

tsm = ctypes.CDLL("libtsm.so.1")
tsm.tsm_error.restype = ctypes.c_char_p
tsm.tsm_report_blob.restype = ctypes.POINTER(ctypes.c_char)


class ReportOpts(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("dir", ctypes.c_char_p),
                ("timeout_ms", ctypes.c_uint), ("max_size", ctypes.c_size_t)]


def report(challenge, directory=None):
    ctx, made, size = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t()
    opts = ReportOpts(ctypes.sizeof(ReportOpts), directory)
    if tsm.tsm_ctx_new(None, ctypes.byref(ctx)):
        raise MemoryError
    try:
        error = tsm.tsm_report_new(ctx, challenge, ctypes.c_size_t(len(challenge)),
                                   ctypes.byref(opts), ctypes.byref(made))
        if error:
            raise OSError(-error, tsm.tsm_error(ctx).decode())
        blob = tsm.tsm_report_blob(made, ctypes.byref(size))
        return ctypes.string_at(blob, size.value)
    finally:
        tsm.tsm_report_free(ctypes.byref(made))
        tsm.tsm_ctx_free(ctypes.byref(ctx))


if __name__ == "__main__":
    directory = os.fsencode(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.stdout.buffer.write(report(sys.stdin.buffer.read(), directory))
