extension Abuse {
    static let files: [Abuse] = [
        python(
            "a file of the host, read", isControl: true,
            """
            refused(open, canary)
            """),
        python(
            "a file of the host, by a path that climbs", isControl: true,
            """
            refused(open, "/tmp/../../../../../.." + canary)
            """),
        python(
            "a file of the host, overwritten",
            """
            refused(open, canary, "w")
            """),
        shell(
            "the host's directory, removed",
            """
            rm -rf "$(dirname {CANARY})" 2>/dev/null
            rm -rf --no-preserve-root /etc /dev /bin/../bin /usr/bin 2>/dev/null
            [ -x /usr/bin/env ] || echo "ESCAPED into /usr"
            """),
        python(
            "a symbolic link to a file of the host",
            """
            os.symlink(canary, "/tmp/link")
            refused(open, "/tmp/link", "r+")
            os.symlink("/", "/tmp/root")
            refused(open, "/tmp/root" + canary)
            """),
        python(
            "a hard link to a program of the system",
            """
            refused(os.link, "/usr/bin/prlimit", "/tmp/prlimit")
            refused(os.link, "/usr/bin/prlimit", "/usr/bin/other")
            """),
        python(
            "the system's directories, written",
            """
            for place in ["/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/bin", "/lib"]:
                refused(open, place + "/grpo-escape", "w")
                refused(os.mkdir, place + "/grpo-escape")
            """),
        python(
            "the system's programs, changed",
            """
            for name in ["/usr/bin/python3", "/usr/bin/prlimit", "/usr/bin/env"]:
                refused(open, name, "r+b")
                refused(os.chmod, name, 0o777)
                refused(os.unlink, name)
                refused(os.rename, name, name + ".old")
                refused(os.utime, name)
            """),
        python(
            "accounts and their passwords", isControl: true,
            """
            refused(open, "/etc/passwd")
            refused(open, "/etc/shadow")
            """),
        python(
            "home directories", isControl: true,
            """
            for place in ["/root", "/home", "/var", "/srv", "/opt", "/mnt", "/run", "/sys", "/boot"]:
                if os.path.exists(place):
                    escaped(place)
            """),
        python(
            "the environment's secrets",
            """
            known = {"PATH", "HOME", "LANG", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
                "PYTHONNOUSERSITE", "PWD", "LC_CTYPE"}
            if set(os.environ) - known:
                escaped(set(os.environ) - known)
            """),
        python(
            "descriptors of its parent",
            """
            for descriptor in range(3, 4096):
                try:
                    escaped(descriptor, os.fstat(descriptor))
                except OSError:
                    pass
            """),
        python(
            "disks and memory as devices",
            """
            import stat
            for name in ["sda", "vda", "nvme0n1", "mem", "kmsg", "kmem", "port", "fuse", "kvm", "tty",
                    "ptmx", "loop-control", "net/tun"]:
                refused(open, "/dev/" + name, "rb")
            for device in [os.makedev(1, 1), os.makedev(8, 0), os.makedev(254, 0)]:
                refused(os.mknod, "/tmp/device", 0o666 | stat.S_IFBLK, device)
                refused(os.mknod, "/tmp/device", 0o666 | stat.S_IFCHR, device)
            """),
        python(
            "a mount of its own",
            """
            refused(lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) and (_ for _ in ()).throw(
                OSError()))
            call(165, 40, b"none", b"/tmp", b"tmpfs", 0, None)
            call(165, 40, None, b"/", None, 0x20, None)
            call(166, 39, b"/tmp", 2)
            call(430, 430, b"tmpfs", 0)
            call(428, 428, -100, b"/", 1)
            """),
        python(
            "another root directory",
            """
            refused(os.chroot, "/tmp")
            call(155, 41, b"/tmp", b"/tmp")
            """),
        python(
            "files by handle (open_by_handle_at)",
            """
            handle = ctypes.create_string_buffer(b"\\x08\\0\\0\\0\\x01\\0\\0\\0\\x02" + b"\\0" * 64, 128)
            call(304, 265, os.open("/usr", os.O_RDONLY), handle, 0)
            """),
        python(
            "the rights of other users",
            """
            refused(os.setuid, 0)
            refused(os.setgid, 0)
            refused(os.setgroups, [0])
            refused(os.chown, "/tmp", 0, 0)
            if os.getuid() == 0:
                escaped("root")
            """),
        shell(
            "programs that make others root",
            """
            for tool in su sudo pkexec newgrp "mount -t tmpfs none /tmp" "chsh" passwd; do
                echo | timeout 1 $tool -c 'id -u' 2>/dev/null | grep -qx 0 && echo "ESCAPED $tool"
            done
            cp /bin/bash /tmp/shell && chmod u+s,g+s /tmp/shell
            /tmp/shell -p -c '[ $EUID -eq 0 ]' && echo ESCAPED
            """),
    ]
}
