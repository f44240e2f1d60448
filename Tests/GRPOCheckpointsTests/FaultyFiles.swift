import Foundation
import GRPOCheckpoints
import Synchronization

/// The operating system with one fault at a chosen call.
final class FaultyFiles: FileOperations {
    enum Fault: Sendable {
        /// The call fails with this code, the later ones do not.
        case failure(Int32)
        /// As if the process had died before this call: none of the later ones happens.
        case death
        /// A write or read moves only half its bytes.
        case short
        /// The writes go to the device that is always full.
        case fullDevice
        /// The process really kills itself before this call.
        case kill
    }

    private let real = SystemFiles()
    private let fault: Fault
    private let target: Int
    private let counter = Mutex(0)
    private let log = Mutex<(events: [String], open: [Int32: String])>(([], [:]))

    /// - Parameter target: the number of the call, counted from 1; 0 for never.
    init(_ fault: Fault, at target: Int) {
        self.fault = fault
        self.target = target
    }

    var calls: Int { counter.withLock { $0 } }

    /// What was done to the device, in order: `create X`, `flush X`, `rename X`, `remove X`, with a
    /// temporary file named by what it becomes and a star.
    var events: [String] { log.withLock { $0.events } }

    private func record(_ event: String, _ path: String) {
        let name = (path as NSString).lastPathComponent
        let short = name.components(separatedBy: ".tmp-")
        log.withLock { $0.events.append("\(event) \(short[0])\(short.count > 1 ? "*" : "")") }
    }

    /// Counts a call and says whether it is the one, or after the one that was the last.
    private func strikes() throws(SystemError) -> Bool {
        let number = counter.withLock { count in
            count += 1
            return count
        }
        switch fault {
        case .failure(let code) where number == target: throw SystemError(code: code)
        case .death where target > 0 && number >= target: throw SystemError(code: EIO)
        case .kill where number == target:
            Foundation.kill(getpid(), SIGKILL)
            return true
        default: return number == target
        }
    }

    func open(_ path: String, for purpose: FilePurpose) throws(SystemError) -> Int32 {
        _ = try strikes()
        if case .fullDevice = fault, case .create = purpose {
            let descriptor = Foundation.open("/dev/full", O_WRONLY)
            if descriptor < 0 { throw .last }
            return descriptor
        }
        let descriptor = try real.open(path, for: purpose)
        log.withLock { $0.open[descriptor] = path }
        if case .create = purpose { record("create", path) }
        return descriptor
    }

    /// The descriptor is closed in any case, as a dying process's is.
    func close(_ descriptor: Int32) throws(SystemError) {
        try real.close(descriptor)
        _ = try strikes()
    }

    func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        if try strikes(), case .short = fault, buffer.count > 1 {
            return try real.read(
                descriptor,
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(buffer.count / 2)]))
        }
        return try real.read(descriptor, into: buffer)
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        if try strikes(), case .short = fault, bytes.count > 1 {
            return try real.write(
                descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]))
        }
        return try real.write(descriptor, bytes)
    }

    func synchronize(_ descriptor: Int32) throws(SystemError) {
        _ = try strikes()
        try real.synchronize(descriptor)
        if let path = log.withLock({ $0.open[descriptor] }) { record("flush", path) }
    }

    func lock(_ descriptor: Int32) throws(SystemError) {
        _ = try strikes()
        try real.lock(descriptor)
    }

    /// The lock goes in any case, as a dying process's does.
    func unlock(_ descriptor: Int32) throws(SystemError) {
        try real.unlock(descriptor)
        _ = try strikes()
    }

    func status(of path: String) throws(SystemError) -> FileStatus {
        _ = try strikes()
        return try real.status(of: path)
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        _ = try strikes()
        try real.rename(path, to: newPath)
        record("rename", newPath)
    }

    func remove(_ path: String) throws(SystemError) {
        _ = try strikes()
        try real.remove(path)
        record("remove", path)
    }

    func makeDirectory(_ path: String) throws(SystemError) {
        _ = try strikes()
        try real.makeDirectory(path)
    }

    func names(in directory: String) throws(SystemError) -> [String] {
        _ = try strikes()
        return try real.names(in: directory)
    }
}
