import Foundation
package import GRPOTensors

/// On what a run was made: whatever could change its bits.
package struct RunEnvironment: Encodable, Sendable {
    package var version: String
    package var backend: String
    package var precision: String
    package var threads: Int
    package var cpuFeatures: String
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
        version: String, backend: String, precision: String, threads: Int, cpuFeatures: String
    ) {
        self.version = version
        self.backend = backend
        self.precision = precision
        self.threads = threads
        self.cpuFeatures = cpuFeatures
        operatingSystem = ProcessInfo.processInfo.operatingSystemVersionString
    }

    private enum CodingKeys: String, CodingKey {
        case version, backend, precision, threads
        case cpuFeatures = "cpu_features"
        case operatingSystem = "operating_system"
        case debugBuild = "debug_build"
    }
}

/// A backend and what is to be recorded of it.
package struct Compute {
    package var backend: any Backend
    package var environment: RunEnvironment

    package init(backend: any Backend, environment: RunEnvironment) {
        self.backend = backend
        self.environment = environment
    }
}
