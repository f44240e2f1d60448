/// The system calls that the sandbox refuses, as a program of the kernel's packet filter
/// (seccomp(2), BPF): what opens the kernel to attack, and what takes memory that no limit counts.
///
/// A list of what is forbidden, not of what is allowed: it is the second wall, behind namespaces
/// without capabilities, and must let any interpreter pass. A refused call fails with EPERM, clone3
/// with ENOSYS, because its flags cannot be looked at and callers then fall back to clone.
package enum SystemCallFilter {
    /// One processor family's numbers.
    private struct Numbers {
        /// AUDIT_ARCH_…
        let architecture: UInt32
        let clone: UInt32
        let clone3: UInt32 = 435
        /// Numbers from here on belong to another convention of calls on the same processor (x32).
        let foreign: UInt32?
        let forbidden: [UInt32]
    }

    /// Of both families: io_uring_setup, _enter and _register; open_tree, move_mount, fsopen,
    /// fsconfig, fsmount, fspick; pidfd_open, pidfd_getfd; mount_setattr, memfd_secret.
    private static let common: [UInt32] = [
        425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442, 447,
    ]

    private static let x86: Numbers = Numbers(
        architecture: 0xC000_003E, clone: 56, foreign: 0x4000_0000,
        forbidden: common + [
            41,  // socket: no network, not even an empty one
            29, 30, 31, 64, 68, 240,  // shmget, shmat, shmctl, semget, msgget, mq_open
            101, 310, 311, 312,  // ptrace, process_vm_readv, process_vm_writev, kcmp
            103, 135, 154, 163, 179,  // syslog, personality, modify_ldt, acct, quotactl
            155, 161, 165, 166,  // pivot_root, chroot, mount, umount2
            159, 164, 227,  // adjtimex, settimeofday, clock_settime
            167, 168, 169, 170, 171,  // swapon, swapoff, reboot, sethostname, setdomainname
            172, 173, 175, 176, 313,  // iopl, ioperm, init_module, delete_module, finit_module
            246, 320,  // kexec_load, kexec_file_load
            248, 249, 250,  // add_key, request_key, keyctl
            272, 308,  // unshare, setns
            298, 300, 303, 304,  // perf_event_open, fanotify_init, …_handle_at
            319, 321, 323,  // memfd_create, bpf, userfaultfd
        ])

    private static let arm: Numbers = Numbers(
        architecture: 0xC000_00B7, clone: 220, foreign: nil,
        forbidden: common + [
            198,  // socket
            194, 195, 196, 190, 186, 180,  // shmget, shmctl, shmat, semget, msgget, mq_open
            117, 270, 271, 272,  // ptrace, process_vm_readv, process_vm_writev, kcmp
            116, 92, 89, 60,  // syslog, personality, acct, quotactl
            41, 51, 40, 39,  // pivot_root, chroot, mount, umount2
            171, 170, 112,  // adjtimex, settimeofday, clock_settime
            224, 225, 142, 161, 162,  // swapon, swapoff, reboot, sethostname, setdomainname
            105, 106, 273,  // init_module, delete_module, finit_module
            104, 294,  // kexec_load, kexec_file_load
            217, 218, 219,  // add_key, request_key, keyctl
            97, 268,  // unshare, setns
            241, 262, 264, 265,  // perf_event_open, fanotify_init, …_handle_at
            279, 280, 282,  // memfd_create, bpf, userfaultfd
        ])

    /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
    private static let namespaces: UInt32 = 0x7E02_0000

    /// The program's bytes; nil on processors whose numbers are not known here.
    package static let program: [UInt8]? = {
        #if arch(x86_64)
            return bytes(x86)
        #elseif arch(arm64)
            return bytes(arm)
        #else
            return nil
        #endif
    }()

    // Opcodes of <linux/bpf_common.h>, results of <linux/seccomp.h>.
    private static let load: UInt16 = 0x20
    private static let equal: UInt16 = 0x15
    private static let atLeast: UInt16 = 0x35
    private static let anyBit: UInt16 = 0x45
    private static let give: UInt16 = 0x06
    private static let allow: UInt32 = 0x7FFF_0000
    private static let refuse: UInt32 = 0x0005_0000 | 1  // EPERM
    private static let unknown: UInt32 = 0x0005_0000 | 38  // ENOSYS
    private static let kill: UInt32 = 0x8000_0000

    /// Offsets in seccomp_data: the number, the architecture, the low half of the first argument.
    private static let number: UInt32 = 0
    private static let architecture: UInt32 = 4
    private static let firstArgument: UInt32 = 16

    private static func bytes(_ numbers: Numbers) -> [UInt8] {
        var program: [UInt8] = []
        func add(_ code: UInt16, _ value: UInt32, then yes: UInt8 = 0, else no: UInt8 = 0) {
            program += [UInt8(truncatingIfNeeded: code), UInt8(code >> 8), yes, no]
            program += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        add(load, architecture)
        add(equal, numbers.architecture, then: 1)
        add(give, kill)
        add(load, number)
        if let foreign = numbers.foreign {
            add(atLeast, foreign, else: 1)
            add(give, kill)
        }
        for forbidden in numbers.forbidden {
            add(equal, forbidden, else: 1)
            add(give, refuse)
        }
        add(equal, numbers.clone3, else: 1)
        add(give, unknown)
        add(equal, numbers.clone, then: 1)
        add(give, allow)
        add(load, firstArgument)
        add(anyBit, namespaces, else: 1)
        add(give, refuse)
        add(give, allow)
        return program
    }
}
