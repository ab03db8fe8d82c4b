// swift-tools-version: 6.1
import PackageDescription

// Targets are boundaries and their arrows point down; ARCHITECTURE.md draws them, a test compares the drawing with this file.
// Engine targets are optimised in debug builds too: an unoptimised interpreter makes every test slow.
let engine: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let kernels: [CSetting] = [.unsafeFlags(["-O3"])]

let package = Package(
  name: "razao",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "CKernels", cSettings: kernels),
    .target(name: "StrictJSON", swiftSettings: engine),
    .target(name: "FileMapping", swiftSettings: engine),
    .target(name: "Hashing", dependencies: ["CKernels"], swiftSettings: engine),
    .target(name: "Program", dependencies: ["FileMapping", "Hashing"], swiftSettings: engine),
    .target(name: "Tokenizers", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(name: "Templates", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(name: "Checkpoints", dependencies: ["FileMapping", "StrictJSON"], swiftSettings: engine),
    .target(name: "Dialects", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(
      name: "Answering", dependencies: ["Dialects", "StrictJSON", "Templates", "Tokenizers"], swiftSettings: engine),

    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(name: "HashingTests", dependencies: ["CKernels", "Hashing"]),
    .testTarget(name: "ProgramTests", dependencies: ["Hashing", "Program"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "FileMapping", "StrictJSON"]),
  ]
)
