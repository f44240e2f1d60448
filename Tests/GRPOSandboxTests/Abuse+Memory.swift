extension Abuse {
    static let memory: [Abuse] = [
        python(
            "10 GB of memory",
            """
            refused(lambda: bytearray(10 << 30))
            kept = []
            def grow():
                while len(kept) < 10240:
                    kept.append(bytearray(1 << 20))
            refused(grow)
            if len(kept) > 128:
                escaped(len(kept))
            kept.clear()
            """),
        python(
            "10 GB of shared memory",
            """
            import mmap
            refused(mmap.mmap, -1, 10 << 30)
            """),
        python(
            "memory in many processes",
            """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            born = 0
            reader, writer = os.pipe()
            try:
                while born < 100:
                    if os.fork() == 0:
                        size = 0
                        try:
                            kept = []
                            while size < 1024:
                                kept.append(bytearray(1 << 20))
                                size += 1
                        except MemoryError:
                            pass
                        os.write(writer, b"%d\\n" % size)
                        time.sleep(60)
                        os._exit(0)
                    born += 1
            except OSError:
                pass
            sizes = b""
            while sizes.count(b"\\n") < born:
                sizes += os.read(reader, 4096)
            if born > 8 or max(map(int, sizes.split())) > 128:
                escaped(born, sizes)
            """),
        python(
            "a file of 10 GB",
            """
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            def write():
                with open("/tmp/large", "wb") as file:
                    for _ in range(10240):
                        file.write(bytes(1 << 20))
            refused(write)
            def stretch():
                with open("/tmp/sparse", "wb") as file:
                    file.truncate(10 << 30)
            refused(stretch)
            def reserve():
                with open("/tmp/reserved", "wb") as file:
                    os.posix_fallocate(file.fileno(), 0, 10 << 30)
            refused(reserve)
            """),
        python(
            "many files that fill the disk",
            """
            written = 0
            def fill():
                global written
                for number in range(100000):
                    with open("/tmp/%d" % number, "wb") as file:
                        file.write(bytes(1 << 18))
                    written += 1 << 18
            refused(fill)
            if written > 16 << 20:
                escaped(written)
            """),
        python(
            "the memory of /dev and /dev/shm", isControl: true,
            """
            refused(lambda: os.unlink(open("/dev/shm/grpo-escape-{PORT}", "w").name))
            """),
        python(
            "files without a name (memfd_create)", isControl: true,
            """
            call(319, 279, b"grpo", 0)
            """),
        python(
            "memory of System V", isControl: true,
            """
            number = 29 if platform.machine() == "x86_64" else 194
            segment = libc.syscall(number, 0, 4096, 0o1600)
            if segment != -1:
                libc.shmctl(segment, 0, None)
                escaped("shmget")
            """),
        python(
            "message queues and semaphores",
            """
            call(68, 186, 0, 0o1600)
            call(64, 190, 0, 1, 0o1600)
            call(240, 180, b"grpo", 0o102, 0o600, None)
            """),
        python(
            "memory in pipes",
            """
            import fcntl
            pipes = 0
            try:
                while pipes < 1000:
                    reader, writer = os.pipe()
                    fcntl.fcntl(writer, 1031, 1 << 20)
                    pipes += 1
            except OSError:
                pass
            if pipes > 32:
                escaped(pipes)
            """),
        python(
            "output without end", ends: .killed,
            """
            while True:
                os.write(1, b"x" * 65536)
            """),
        python(
            "errors without end", ends: .killed,
            """
            while True:
                os.write(2, b"x" * 65536)
            """),
        python(
            "a stack without end", ends: .killed,
            """
            sys.setrecursionlimit(1 << 30)
            import re
            def fall(depth):
                return max([fall(depth + 1)], key=lambda x: fall(x))
            while True:
                try:
                    fall(0)
                except (RecursionError, MemoryError):
                    os.abort()
            """),
        python(
            "a core dump",
            """
            import resource
            if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
                escaped("core")
            if os.fork() == 0:
                os.abort()
            os.wait()
            if os.listdir("/tmp"):
                escaped(os.listdir("/tmp"))
            """),
        python(
            "memory that cannot be paged out",
            """
            if libc.mlockall(3) == 0:
                escaped("mlockall")
            """),
    ]
}
