extension Abuse {
    static let network: [Abuse] = [
        python(
            "TCP to a listener on the host", isControl: true,
            """
            def reach():
                socket.create_connection(("127.0.0.1", {PORT}), 1).sendall(b"out")
            refused(reach)
            """),
        python(
            "UDP to a listener on the host", isControl: true,
            """
            def reach():
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"out", ("127.0.0.1", {PORT}))
            refused(reach)
            """),
        python(
            "an address outside",
            """
            def reach():
                socket.create_connection(("192.0.2.1", 80), 1)
            refused(reach)
            """),
        python(
            "a name to be looked up",
            """
            refused(socket.getaddrinfo, "example.com", 80)
            """),
        python(
            "a port of its own", isControl: true,
            """
            def listen():
                server = socket.socket()
                server.bind(("127.0.0.1", 0))
                server.listen()
            refused(listen)
            """),
        python(
            "raw and packet sockets",
            """
            refused(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
            refused(socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 3)
            """),
        python(
            "the kernel's network settings (netlink)", isControl: true,
            """
            refused(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)
            """),
        python(
            "an abstract Unix socket of the host", isControl: true,
            """
            def reach():
                link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                link.connect("\\0grpo-canary-{PORT}")
                link.sendall(b"out")
            refused(reach)
            """),
        shell(
            "bash's /dev/tcp", isControl: true,
            """
            (echo out > /dev/tcp/127.0.0.1/{PORT}) 2>/dev/null && echo ESCAPED
            """),
        shell(
            "curl and wget",
            """
            for tool in curl wget; do
                timeout 0.5 $tool http://127.0.0.1:{PORT}/ >/dev/null 2>&1 </dev/null &&
                    echo "ESCAPED $tool"
            done
            """),
    ]
}
