// swift-tools-version: 6.2
import PackageDescription

// Programs that build on swift-grpo as yours would: another package that depends on it.
let grpo: Target.Dependency = .product(name: "GRPO", package: "swift-grpo")
let command: Target.Dependency = .product(name: "GRPOCommand", package: "swift-grpo")

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-grpo", path: "..")],
    targets: [
        .executableTarget(name: "CustomReward", dependencies: [grpo, command]),
        .executableTarget(name: "CustomTask", dependencies: [grpo, command]),
        .executableTarget(name: "EmbedRun", dependencies: [grpo]),
    ],
    swiftLanguageModes: [.v6]
)
