import Foundation
import GRPOCheckpoints
import Testing

@Suite struct AtomicityTests {
    /// The calls of the operating system that one save makes here.
    private func callsOfOneSave() throws -> Int {
        let directory = try TestDirectory()
        try prepare(directory)
        let files = FaultyFiles(.short, at: 0)
        let store = try CheckpointStore(directory: directory.path, keep: 2, files: files)
        try store.saveSample(seed: 3, step: 3)
        return files.calls
    }

    /// Steps 1 and 2, so that saving step 3 with two kept also removes one.
    private func prepare(_ directory: TestDirectory) throws {
        let store = try CheckpointStore(directory: directory.path)
        try store.saveSample(seed: 1, step: 1)
        try store.saveSample(seed: 2, step: 2)
    }

    /// Saves step 3 through `files`; nil when it worked.
    private func saveThird(
        _ directory: TestDirectory, _ files: FaultyFiles
    ) throws -> CheckpointError? {
        do throws(CheckpointError) {
            let store = try CheckpointStore(directory: directory.path, keep: 2, files: files)
            try store.saveSample(seed: 3, step: 3)
            return nil
        } catch {
            return error
        }
    }

    private func hasTemporaries(_ directory: TestDirectory) -> Bool {
        directory.names.contains { $0.contains(".tmp-") }
    }

    @Test(arguments: [ENOSPC, EIO, EINTR, EDQUOT])
    func failingCallLeavesTheLastCheckpointWhole(code: Int32) throws {
        let calls = try callsOfOneSave()
        #expect(calls > 20)
        var failures = 0
        for number in 1...calls {
            let directory = try TestDirectory()
            try prepare(directory)
            let files = FaultyFiles(.failure(code), at: number)
            let error = try saveThird(directory, files)
            #expect(!hasTemporaries(directory), "call \(number): \(directory.names)")
            let latest = try CheckpointStore(directory: directory.path).latestVerified()
            #expect(latest.skipped.isEmpty, "call \(number)")
            let step = try #require(latest.checkpoint).step
            if let error {
                failures += 1
                #expect(step == 2 || step == 3, "call \(number)")
                #expect("\(error)".contains(directory.path), "call \(number): \(error)")
                #expect("\(error)".contains("\(SystemError(code: code))"), "call \(number)")
                // The next attempt must not stumble over the last one.
                #expect(try saveThird(directory, FaultyFiles(.short, at: 0)) == nil)
            } else {
                #expect(step == 3, "call \(number)")
            }
        }
        // An interrupted call is repeated, except flushing and closing, for which that is wrong.
        // The calls that may fail unseen only look, clean up or remove what is old.
        #expect(code == EINTR ? failures <= 6 : failures >= 20, "\(failures) of \(calls)")
    }

    @Test func deathAtAnyCallLeavesAWholeCheckpoint() throws {
        for number in 1...(try callsOfOneSave()) {
            let directory = try TestDirectory()
            try prepare(directory)
            _ = try saveThird(directory, FaultyFiles(.death, at: number))
            let store = try CheckpointStore(directory: directory.path, keep: 2)
            #expect(!hasTemporaries(directory), "call \(number): \(directory.names)")
            let step = try #require(try store.latestVerified().checkpoint).step
            #expect(step == 2 || step == 3, "call \(number)")
            try store.saveSample(seed: 3, step: 3)
            #expect(try store.latestVerified().checkpoint?.step == 3, "call \(number)")
            #expect(
                directory.names == [
                    "step-000002.h5", "step-000002.json", "step-000003.h5", "step-000003.json",
                ], "call \(number)")
        }
    }

    @Test(arguments: [6, 12, 18, 24])
    func killedProcessLeavesAWholeCheckpoint(number: Int) async throws {
        let directory = try TestDirectory()
        try prepare(directory)
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, number = number as Int] in
            let files = FaultyFiles(.kill, at: number)
            let store = try CheckpointStore(directory: path, keep: 2, files: files)
            try store.saveSample(seed: 3, step: 3)
        }
        let store = try CheckpointStore(directory: path, keep: 2)
        #expect(!hasTemporaries(directory))
        #expect(try store.latestVerified().checkpoint != nil)
        try store.saveSample(seed: 3, step: 3)
        #expect(try store.steps() == [2, 3])
    }

    /// What makes a save survive a loss of power: content is on the device before it gets its name,
    /// the name before anything older goes.
    @Test func contentIsFlushedBeforeNamesAndNamesBeforeRemoval() throws {
        let directory = try TestDirectory()
        try prepare(directory)
        let files = FaultyFiles(.short, at: 0)
        #expect(try saveThird(directory, files) == nil)
        let top = (directory.path as NSString).lastPathComponent
        #expect(
            files.events == [
                "create step-000003.h5*", "flush step-000003.h5*",
                "create step-000003.json*", "flush step-000003.json*",
                "rename step-000003.h5", "rename step-000003.json", "flush \(top)",
                "remove step-000001.json", "remove step-000001.h5", "flush \(top)",
            ])
    }

    @Test func shortTransfersAreContinued() throws {
        for number in 1...(try callsOfOneSave()) {
            let directory = try TestDirectory()
            try prepare(directory)
            #expect(try saveThird(directory, FaultyFiles(.short, at: number)) == nil)
            let store = try CheckpointStore(directory: directory.path)
            #expect(try store.latestVerified().checkpoint?.step == 3, "call \(number)")
        }
    }

    #if os(Linux)
        @Test func fullDeviceIsOneClearError() throws {
            let directory = try TestDirectory()
            try prepare(directory)
            let before = directory.names
            let error = try #require(
                try saveThird(directory, FaultyFiles(.fullDevice, at: 0)))
            let message = "\(error)"
            #expect(message.contains("No space left on device"), "\(message)")
            #expect(message.contains(directory.file("step-000003.h5")), "\(message)")
            #expect(message.contains("free some space"), "\(message)")
            #expect(directory.names == before)
            #expect(
                try CheckpointStore(directory: directory.path).latestVerified().checkpoint?.step
                    == 2)
        }
    #endif

    @Test func leftoversOfTheDeadAreRemovedAndOthersStay() throws {
        let directory = try TestDirectory()
        try prepare(directory)
        let leftovers = ["step-000003.h5.tmp-999999-1f", "step-000003.json.tmp-1-abcdef"]
        let others = ["notes.txt", "notes.tmp-1-2", "step-000003.h5.tmp-x-1", "step-3.h5.tmp-1-1"]
        for name in leftovers + others { try directory.put([1], name) }
        _ = try CheckpointStore(directory: directory.path)
        for name in leftovers { #expect(!directory.names.contains(name), "\(name)") }
        for name in others { #expect(directory.names.contains(name), "\(name)") }
    }

    @Test func aLivingWriterKeepsItsFilesAndOthersWait() throws {
        let directory = try TestDirectory()
        try prepare(directory)
        let writer = SystemFiles()
        let descriptor = try writer.open(directory.path, for: .directory)
        try writer.lock(descriptor)
        try directory.put([1], "step-000003.h5.tmp-1-1")
        let store = try CheckpointStore(directory: directory.path)
        #expect(directory.names.contains("step-000003.h5.tmp-1-1"))
        #expect(try store.latestVerified().checkpoint?.step == 2)
        #expect(throws: CheckpointError.busy(directory: directory.path)) {
            try store.saveSample(seed: 3, step: 3)
        }
        try writer.close(descriptor)
        try store.saveSample(seed: 3, step: 3)
        #expect(!hasTemporaries(directory))
    }

    @Test func atomicTextIsOldOrNewAtAnyFault() throws {
        let directory = try TestDirectory()
        let path = directory.file("deep/er/recipe.yaml")
        try AtomicFile.write("old", to: path)
        let counting = FaultyFiles(.short, at: 0)
        try AtomicFile.write("new text", to: path, files: counting)
        for number in 1...counting.calls {
            try AtomicFile.write("old", to: path)
            let files = FaultyFiles(.failure(ENOSPC), at: number)
            let failure: CheckpointError?
            do throws(CheckpointError) {
                try AtomicFile.write("new text", to: path, files: files)
                failure = nil
            } catch {
                failure = error
            }
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text == "new text" || failure != nil && text == "old", "call \(number)")
            if let failure { #expect("\(failure)".contains("deep/er"), "\(failure)") }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory.file("deep/er"))
                    == ["recipe.yaml"], "call \(number)")
        }
        try AtomicFile.write([0, 255], to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([0, 255]))
    }
}
