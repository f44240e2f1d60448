extension Abuse {
    static let kernel: [Abuse] = [
        python(
            "a user namespace of its own (unshare)", isControl: true,
            """
            call(272, 97, 0x10000000)
            call(272, 97, 0x00020000)
            """),
        python(
            "a user namespace of its own (clone)",
            """
            for flags in [0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x7E020000]:
                number = 56 if platform.machine() == "x86_64" else 220
                child = libc.syscall(number, ctypes.c_ulong(flags | 17), None, None, None, None)
                if child == 0:
                    os._exit(0)
                if child > 0:
                    os.waitpid(child, 0)
                    escaped(hex(flags))
            """),
        python(
            "a user namespace of its own (clone3)",
            """
            arguments = (ctypes.c_uint64 * 11)(0x10000000)
            arguments[4] = 17
            child = libc.syscall(435, ctypes.byref(arguments), 88)
            if child == 0:
                os._exit(0)
            if child > 0:
                escaped(child)
            """),
        python(
            "another's namespace (setns)",
            """
            call(308, 268, os.open("/usr", os.O_RDONLY), 0)
            """),
        python(
            "io_uring",
            """
            parameters = ctypes.create_string_buffer(256)
            call(425, 425, 1, parameters)
            """),
        python(
            "programs for the kernel (bpf), its events and faults",
            """
            attributes = ctypes.create_string_buffer(256)
            call(321, 280, 0, attributes, 128)
            call(298, 241, attributes, 0, -1, -1, 0)
            call(323, 282, 1)
            call(300, 262, 0, 0)
            """),
        python(
            "the kernel's keys",
            """
            call(250, 219, 0, -3, 1, 0, 0)
            call(248, 217, b"user", b"grpo", b"x", 1, -3)
            """),
        python(
            "the kernel's log",
            """
            call(103, 116, 3, ctypes.create_string_buffer(4096), 4096)
            call(103, 116, 10, None, 0)
            refused(open, "/dev/kmsg", "rb")
            """),
        python(
            "modules and another kernel",
            """
            call(175, 105, b"x", 1, b"")
            call(313, 273, 0, b"", 0)
            call(246, 104, 0, 0, None, 0)
            """),
        python(
            "the machine's clock and name",
            """
            refused(time.clock_settime, time.CLOCK_REALTIME, 0)
            refused(socket.sethostname, "escaped")
            call(171, 162, b"escaped", 7)
            """),
        python(
            "the machine, switched off",
            """
            call(169, 142, 0xFEE1DEAD, 672274793, 0x89ABCDEF, None)
            call(167, 224, b"/tmp", 0)
            call(163, 89, b"/tmp/account")
            """),
        python(
            "input for the terminal (TIOCSTI)",
            """
            import fcntl, termios
            refused(open, "/dev/tty", "rb")
            for descriptor in range(3):
                refused(fcntl.ioctl, descriptor, termios.TIOCSTI, b"x")
            """),
        python(
            "memory without random addresses (personality)",
            """
            call(135, 92, 0x0040000)
            """),
        python(
            "the other convention of system calls", ends: .killed,
            """
            if platform.machine() == "x86_64":
                libc.syscall(ctypes.c_long(0x40000000 + 41), 2, 1, 0)
                print("ESCAPED x32", flush=True)
            os.abort()
            """),
    ]
}
