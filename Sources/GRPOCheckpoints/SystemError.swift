import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The reason the operating system gives for refusing a call.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// The reason of the call that has just failed.
    package static var last: SystemError { SystemError(code: errno) }

    /// The system's words for it, as in "No space left on device".
    package var description: String { String(cString: strerror(code)) }

    /// What the user can do about it.
    package var remedy: String {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: "free some space or choose another directory"
        case EACCES, EPERM: "check the permissions of the directory"
        case EROFS: "choose a directory on a file system that can be written"
        case ENOENT, ENOTDIR: "check that the path exists"
        case EIO: "check the device: it could not do what was asked"
        case EMFILE, ENFILE: "raise the limit of open files"
        default: "check the directory and its file system"
        }
    }
}
