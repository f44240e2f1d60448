import Foundation

/// On what a run was made: whatever could change its bits.
package struct RunEnvironment: Encodable, Sendable {
    package var version: String
    package var backend: String
    package var precision: String
    package var threads: Int
    package var cpuFeatures: String
    /// Whether a row's products are the same bits among however many others it is computed: then
    /// sampler and trainer agree exactly.
    package var rowsAreExact: Bool
    package var operatingSystem: String
    package var debugBuild = RunEnvironment.isDebugBuild

    /// Whether this program was compiled without optimisation.
    package static var isDebugBuild: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }

    package init(
        version: String, backend: String, precision: String, threads: Int, cpuFeatures: String,
        rowsAreExact: Bool
    ) {
        self.version = version
        self.backend = backend
        self.precision = precision
        self.threads = threads
        self.cpuFeatures = cpuFeatures
        self.rowsAreExact = rowsAreExact
        operatingSystem = ProcessInfo.processInfo.operatingSystemVersionString
    }

    private enum CodingKeys: String, CodingKey {
        case version, backend, precision, threads
        case cpuFeatures = "cpu_features"
        case rowsAreExact = "rows_are_exact"
        case operatingSystem = "operating_system"
        case debugBuild = "debug_build"
    }
}
