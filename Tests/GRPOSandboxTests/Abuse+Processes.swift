extension Abuse {
    static let processes: [Abuse] = [
        python(
            "a fork bomb",
            """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            born = 0
            try:
                while born < 1000:
                    if os.fork() == 0:
                        time.sleep(60)
                        os._exit(0)
                    born += 1
            except OSError:
                pass
            if born > 8:
                escaped(born)
            """),
        shell(
            "a fork bomb of the shell", ends: .killed,
            """
            bomb() { bomb | bomb & }
            bomb 2>/dev/null
            sleep 60
            """),
        python(
            "threads without end",
            """
            import threading
            threading.stack_size(65536)
            born = 0
            try:
                while born < 1000:
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                    born += 1
            except RuntimeError:
                pass
            if born > 8:
                escaped(born)
            print("held", flush=True)
            os._exit(0)
            """),
        python(
            "signals to the process that runs the tests",
            """
            refused(os.kill, {PID}, 0)
            """),
        python(
            "signals to whatever there is",
            """
            me = os.getpid()
            found = []
            for process in range(1, 40000):
                if process == me:
                    continue
                try:
                    os.kill(process, 0)
                    found.append(process)
                except ProcessLookupError:
                    pass
                except PermissionError:
                    found.append(process)
            if len(found) > 2:
                escaped(found)
            """),
        python(
            "signals to its parent", ends: .killed,
            """
            os.kill(os.getppid(), signal.SIGKILL)
            os.kill(1, signal.SIGKILL)
            os.kill(-1, signal.SIGKILL)
            os.kill(0, signal.SIGKILL)
            """),
        python(
            "a process that outlives its parents",
            """
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                if os.fork() == 0:
                    for descriptor in range(3):
                        os.close(descriptor)
                    time.sleep(600)
                os._exit(0)
            """),
        python(
            "no end, all signals ignored", ends: .killed,
            """
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            time.sleep(600)
            """),
        python(
            "processor time without end", ends: .killed,
            """
            while True:
                pass
            """),
        python(
            "processor time in a child",
            ends: .killed,
            """
            while True:
                child = os.fork()
                if child == 0:
                    while True:
                        pass
                os.waitpid(child, 0)
            """),
        python(
            "the process table (/proc)", isControl: true,
            """
            if os.path.isdir("/proc") and os.listdir("/proc"):
                escaped(os.listdir("/proc")[:3])
            """),
        python(
            "the host's files through /proc", isControl: true,
            """
            refused(os.readlink, "/proc/self/exe")
            refused(open, "/proc/1/environ", "rb")
            refused(open, "/proc/{PID}/mem", "r+b")
            refused(open, "/proc/1/root" + canary)
            """),
        python(
            "its parent's memory (ptrace)",
            """
            for process in [1, os.getppid()]:
                if process != os.getpid():
                    call(101, 117, 16, process, None, None)
                    call(101, 117, 0x4206, process, None, None)
            call(101, 117, 0, 0, None, None)
            """),
        python(
            "its parent's memory (process_vm_readv)",
            """
            class Part(ctypes.Structure):
                _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
            buffer = ctypes.create_string_buffer(8)
            part = Part(ctypes.addressof(buffer), 8)
            call(310, 270, os.getpid(), ctypes.byref(part), 1, ctypes.byref(part), 1, 0)
            call(311, 271, os.getppid(), ctypes.byref(part), 1, ctypes.byref(part), 1, 0)
            """),
        python(
            "another's descriptors (pidfd_getfd)",
            """
            call(434, 434, os.getppid(), 0)
            call(438, 438, 0, 0, 0)
            """),
        python(
            "priority over others",
            """
            refused(os.nice, -20)
            refused(os.setpriority, os.PRIO_PROCESS, 0, -20)
            refused(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(50))
            refused(os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(1))
            """),
        python(
            "higher limits",
            """
            import resource
            for kind in [resource.RLIMIT_NPROC, resource.RLIMIT_AS, resource.RLIMIT_CPU,
                    resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE]:
                soft, hard = resource.getrlimit(kind)
                if hard == resource.RLIM_INFINITY:
                    escaped(kind)
                refused(resource.setrlimit, kind, (hard + 1, hard + 1))
                refused(resource.setrlimit, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            """),
        shell(
            "higher limits by the system's tools",
            """
            prlimit --nproc=10000 --as=unlimited true 2>/dev/null && echo ESCAPED
            setpriv --reuid=0 true 2>/dev/null && echo ESCAPED
            bwrap --ro-bind / / true 2>/dev/null && echo ESCAPED
            unshare --user --map-root-user true 2>/dev/null && echo ESCAPED
            nsenter -t 1 -m true 2>/dev/null && echo ESCAPED
            """),
    ]
}
