package import GRPOTensors

/// A backend and what is to be recorded of it.
package struct Compute {
    package var backend: any Backend
    package var environment: RunEnvironment

    package init(backend: any Backend, environment: RunEnvironment) {
        self.backend = backend
        self.environment = environment
    }
}
