// swift-tools-version: 6.2
import PackageDescription

// Every Swift target is compiled in Swift 6 mode with the same upcoming features. In CI
// (`GRPO_STRICT=1`) a warning is an error.
let strict = Context.environment["GRPO_STRICT"] == "1"

let swiftSettings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let cSettings: [CSetting] = strict ? [.treatAllWarnings(as: .error)] : []

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let bigInt: Target.Dependency = .product(name: "BigInt", package: "BigInt")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

/// A library target of ours under `Sources/`, with the shared settings.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// A C target of ours under `Sources/`; system libraries are named by `linked`.
func cLibrary(_ name: String, linked: [String] = []) -> Target {
    .target(
        name: name, cSettings: cSettings, linkerSettings: linked.map { .linkedLibrary($0) })
}

/// The tests of one target, under `Tests/<target>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = [])
    -> Target
{
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "GRPOTestSupport"] + dependencies,
        resources: resources,
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "swift-grpo",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "grpo", targets: ["GRPOTool"]),
        .library(name: "GRPO", targets: ["GRPO"]),
        .library(name: "GRPOCommand", targets: ["GRPOCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // C and system libraries.
        cLibrary("CGRPOKernels", linked: ["m", "pthread"]),
        cLibrary("CGRPOOneDNN", linked: ["dl"]),
        cLibrary("CGRPOOpenBLAS", linked: ["openblas"]),
        cLibrary("CGRPOHDF5", linked: ["hdf5_serial"]),
        cLibrary("CGRPOPCRE2", linked: ["pcre2-8"]),
        cLibrary("CGRPOZlib", linked: ["z"]),
        cLibrary("CGRPOSandbox"),

        // The numbers.
        library("GRPOTensors"),
        library("GRPOReference", ["GRPOTensors"]),
        library(
            "GRPOCPU", ["GRPOTensors", "CGRPOKernels", "CGRPOOneDNN", "CGRPOOpenBLAS"]),
        library("GRPOModels", ["GRPOTensors"]),

        // Text, problems, rewards, objectives: each builds and reads alone, but for the JSON that
        // most files are.
        library("GRPOJSON"),
        library("GRPOTokenizers", ["GRPOJSON", "CGRPOPCRE2"]),
        library("GRPOSandbox", ["CGRPOSandbox"]),
        library("GRPOTasks", ["GRPOJSON", "GRPOSandbox", "CGRPOZlib", bigInt]),
        library("GRPORewards", ["GRPOTasks", "GRPOJSON"]),
        library("GRPOObjectives"),

        // Files.
        library(
            "GRPOModelFiles", ["GRPOModels", "GRPOTensors", "GRPOTokenizers", "GRPOJSON"]),
        library(
            "GRPOCheckpoints",
            ["GRPOModels", "GRPOTensors", "GRPOTokenizers", "CGRPOHDF5", crypto]),

        // The loop.
        library("GRPORollouts", ["GRPOModels", "GRPOTensors", "GRPOTokenizers", "GRPOTasks"]),
        library(
            "GRPOTraining",
            [
                "GRPOModels", "GRPOTensors", "GRPORollouts", "GRPOTokenizers", "GRPORewards",
                "GRPOObjectives", "GRPOTasks",
            ]),
        library(
            "GRPORuns",
            [
                "GRPOTraining", "GRPOCheckpoints", "GRPOModelFiles", "GRPOModels", "GRPOTensors",
                "GRPORollouts", "GRPOTokenizers", "GRPORewards", "GRPOObjectives", "GRPOTasks",
                "GRPOJSON", yams,
            ]),

        // The command and the umbrella.
        library(
            "GRPOCommand",
            [
                "GRPORuns", "GRPOTraining", "GRPOCheckpoints", "GRPOModelFiles", "GRPOModels",
                "GRPOTensors", "GRPOCPU", "GRPOSandbox", "GRPORollouts", "GRPOTokenizers",
                "GRPORewards",
                "GRPOObjectives", "GRPOTasks", "GRPOJSON", argumentParser,
            ]),
        .executableTarget(
            name: "GRPOTool", dependencies: ["GRPOCommand"], swiftSettings: swiftSettings),
        library(
            "GRPO",
            [
                "GRPOTasks", "GRPORewards", "GRPOObjectives", "GRPOTraining", "GRPORuns",
                "GRPOCPU", "GRPOTensors", "GRPOJSON",
            ]),

        // Tests.
        .target(
            name: "GRPOTestSupport",
            dependencies: ["GRPOTensors", "GRPOModels", "GRPOReference", "GRPOCPU"],
            path: "Tests/Support", swiftSettings: swiftSettings),
        tests("GRPOTensors", ["GRPOReference", "GRPOCPU"]),
        tests("GRPOCPU", ["GRPOTensors", "GRPOReference"]),
        tests(
            "GRPOModels", ["GRPOTensors", "GRPOReference", "GRPOCPU"],
            resources: [.copy("Fixtures")]),
        tests("GRPOJSON"),
        tests("GRPOTokenizers", ["GRPOJSON"], resources: [.copy("Fixtures")]),
        tests("GRPOSandbox"),
        tests("GRPOTasks", [bigInt], resources: [.copy("Fixtures")]),
        tests("GRPORewards", ["GRPOTasks"]),
        tests("GRPOObjectives"),
        tests(
            "GRPOModelFiles",
            [
                "GRPOModels", "GRPOTensors", "GRPOTokenizers", "GRPOCPU", "GRPOReference",
                "GRPORollouts", "GRPOTasks",
            ],
            resources: [.copy("Fixtures")]),
        tests(
            "GRPOCheckpoints", ["GRPOModels", "GRPOTensors", "GRPOTokenizers", "GRPOCPU"]),
        tests(
            "GRPORollouts",
            ["GRPOModels", "GRPOTensors", "GRPOTokenizers", "GRPOTasks", "GRPOCPU"]),
        tests(
            "GRPOTraining",
            [
                "GRPOModels", "GRPOTensors", "GRPORollouts", "GRPOTokenizers", "GRPORewards",
                "GRPOObjectives", "GRPOTasks", "GRPOCPU", "GRPOReference",
            ]),
        tests(
            "GRPORuns",
            [
                "GRPOTraining", "GRPOCheckpoints", "GRPOModelFiles", "GRPOModels", "GRPOTensors",
                "GRPORollouts", "GRPOTokenizers", "GRPORewards", "GRPOObjectives", "GRPOTasks",
                "GRPOCPU", "GRPOJSON", yams,
            ]),
        tests("GRPOCommand", ["GRPORuns"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
