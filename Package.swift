// swift-tools-version: 6.1
import PackageDescription

// Targets are boundaries and their arrows point down; ARCHITECTURE.md draws them, a test compares the drawing with this file.
// Engine targets are optimised in debug builds too: an unoptimised interpreter makes every test slow.
let engine: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let kernels: [CSetting] = [.unsafeFlags(["-O3"])]

let package = Package(
  name: "razao",
  products: [.executable(name: "razao", targets: ["razao"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The engine: no server library, and no Foundation but for measuring.
    .target(name: "CKernels", cSettings: kernels),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: engine),
    .target(name: "StrictJSON", swiftSettings: engine),
    .target(name: "FileMapping", swiftSettings: engine),
    .target(name: "Hashing", dependencies: ["CKernels"], swiftSettings: engine),
    .target(name: "Program", dependencies: ["FileMapping", "Hashing"], swiftSettings: engine),
    .target(name: "Tokenizers", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(name: "Templates", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(name: "Pictures", swiftSettings: engine),
    .target(name: "Checkpoints", dependencies: ["FileMapping", "StrictJSON"], swiftSettings: engine),
    .target(
      name: "Import",
      dependencies: ["Checkpoints", "FileMapping", "Hashing", "Program", "StrictJSON", "Tokenizers"],
      swiftSettings: engine),
    .target(name: "Runtime", dependencies: ["CKernels", "FileMapping", "Hashing", "Program"], swiftSettings: engine),
    .target(
      name: "Measurement", dependencies: ["Hashing", "Import", "Kernels", "Program", "Runtime", "StrictJSON"],
      swiftSettings: engine),
    .target(name: "Dialects", dependencies: ["StrictJSON"], swiftSettings: engine),
    .target(
      name: "Answering", dependencies: ["Dialects", "StrictJSON", "Templates", "Tokenizers"], swiftSettings: engine),

    // Statements about answers, and checks of them.
    .target(
      name: "Receipts",
      dependencies: ["Hashing", "StrictJSON", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: engine),
    .target(
      name: "Audit",
      dependencies: [
        "Answering", "Dialects", "Hashing", "Pictures", "Program", "Receipts", "Runtime", "StrictJSON",
      ],
      swiftSettings: engine),

    // The ledger: a state machine of values, and what drives it.
    .target(name: "StateTree", dependencies: ["Hashing"], swiftSettings: engine),
    .target(name: "Ledger", dependencies: ["Hashing", "Receipts", "StateTree", "StrictJSON"], swiftSettings: engine),
    .target(
      name: "LedgerStore",
      dependencies: [
        "Hashing", "Ledger", "Receipts", "StateTree",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ], swiftSettings: engine),
    .target(name: "Protobuf", swiftSettings: engine),
    .target(name: "ABCI", dependencies: ["Protobuf"], swiftSettings: engine),
    .target(
      name: "LedgerABCI",
      dependencies: [
        "ABCI", "Hashing", "Ledger", "LedgerStore", "Receipts", "StrictJSON",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .target(
      name: "LightClient",
      dependencies: ["Hashing", "Protobuf", "StrictJSON", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: engine),

    // Services and the command line.
    .target(
      name: "Wallet",
      dependencies: [
        "Hashing", "Receipts", "StrictJSON",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ]),
    .target(
      name: "Node",
      dependencies: [
        "Answering", "Audit", "Dialects", "FileMapping", "Hashing", "Ledger", "LedgerStore", "LightClient", "Program",
        "Protobuf", "Receipts", "Runtime", "StateTree", "StrictJSON", "Wallet",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "X509", package: "swift-certificates"),
      ]),
    .executableTarget(
      name: "razao",
      dependencies: [
        "Answering", "Audit", "Dialects", "FileMapping", "Hashing", "Import", "Kernels", "Ledger", "LedgerABCI",
        "LedgerStore", "LightClient", "Measurement", "Node", "Program", "Receipts", "Runtime", "StateTree",
        "StrictJSON", "Wallet",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.copy("Resources/fabula.razao")]),

    // Measures the engine for Benchmarks/run; no server library.
    .target(name: "CBench", path: "Benchmarks/Sources/CBench", cSettings: kernels),
    .executableTarget(
      name: "razao-bench",
      dependencies: [
        "ABCI", "CBench", "Hashing", "Import", "Ledger", "LedgerABCI", "LedgerStore", "Program", "Receipts", "Runtime",
        "StrictJSON", .product(name: "Logging", package: "swift-log"),
      ],
      path: "Benchmarks/Sources/RazaoBench", swiftSettings: engine),
    // Measures the embedded ledger for Benchmarks/run.
    .executableTarget(
      name: "razao-ledger-bench", dependencies: ["Hashing", "Ledger", "LedgerStore", "Receipts", "StrictJSON"],
      path: "Benchmarks/Sources/LedgerBench", swiftSettings: engine),

    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(name: "HashingTests", dependencies: ["CKernels", "Hashing"]),
    // Sets one bit wrong in the result of a kernel that a test names.
    .target(name: "KernelFaults", path: "Tests/KernelFaults", cSettings: kernels),
    // Writes down every kernel call of a computation, for scripts/checks/neon to repeat them on an emulated processor.
    .target(
      name: "KernelRecords", dependencies: ["CKernels"], path: "Tests/KernelRecords", exclude: ["replay"],
      cSettings: kernels),
    .executableTarget(
      name: "record-kernels",
      dependencies: [
        "Hashing", "KernelRecords", "Kernels", "Measurement", "Program", "ProgramTestSupport", "Runtime",
      ],
      path: "Tests/RecordKernels", swiftSettings: engine,
      // Hashing is not in the table of kernels: the linker leads its calls through the recorder.
      linkerSettings: [
        .unsafeFlags(
          ["razao_sha256_compress", "razao_sha256_digests", "razao_byte_width"].flatMap {
            ["-Xlinker", "--wrap=\($0)"]
          })
      ]),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["CKernels", "Hashing", "KernelFaults", "Kernels", "Program", "ProgramTestSupport", "Runtime"],
      exclude: ["neon"]),
    .target(
      name: "ProgramTestSupport", dependencies: ["FileMapping", "Hashing", "Program", "Tokenizers"],
      path: "Tests/ProgramTestSupport", swiftSettings: engine),
    .testTarget(name: "ProgramTests", dependencies: ["FileMapping", "Hashing", "Program", "ProgramTestSupport"]),
    .testTarget(name: "NetworkTests", dependencies: ["FileMapping", "Hashing", "Program", "Runtime"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "FileMapping", "StrictJSON"]),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ONNXTests",
      dependencies: ["Checkpoints", "FileMapping", "Hashing", "Import", "Pictures", "Program", "StrictJSON"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "FamiliesTests",
      dependencies: [
        "Checkpoints", "Import", "Measurement", "Program", "Runtime", "StrictJSON", "Tokenizers",
      ]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Checkpoints", "StrictJSON", "Tokenizers"], exclude: ["Fixtures"]),
    .testTarget(name: "TemplatesTests", dependencies: ["StrictJSON", "Templates"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ImportTests",
      dependencies: ["Checkpoints", "FileMapping", "Hashing", "Import", "Program", "StrictJSON", "Tokenizers"]),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["Hashing", "Program", "ProgramTestSupport", "Runtime"]),
    .testTarget(
      name: "MeasurementTests",
      dependencies: ["FileMapping", "Hashing", "Import", "Measurement", "Program", "Runtime", "StrictJSON"]),
    .testTarget(name: "DialectsTests", dependencies: ["Dialects", "StrictJSON"]),
    .testTarget(
      name: "AnsweringTests", dependencies: ["Answering", "Dialects", "Hashing", "ProgramTestSupport", "Tokenizers"]),
    .testTarget(name: "ReceiptsTests", dependencies: ["Hashing", "Receipts", "StrictJSON"]),
    .testTarget(name: "StateTreeTests", dependencies: ["Hashing", "StateTree"]),
    .testTarget(
      name: "LedgerTests", dependencies: ["Hashing", "Ledger", "Receipts", "StateTree", "StrictJSON"],
      swiftSettings: engine),
    // Drives a ledger that LedgerStoreTests kills at every write.
    .executableTarget(
      name: "ledger-faults", dependencies: ["Hashing", "Ledger", "LedgerStore", "Receipts"],
      path: "Tests/LedgerFaults", swiftSettings: engine),
    .testTarget(
      name: "LedgerStoreTests",
      dependencies: [
        "Hashing", "Ledger", "LedgerStore", "Receipts", "StateTree", "ledger-faults",
        .product(name: "GRDB", package: "GRDB.swift"),
      ], exclude: ["Faults"]),
    .testTarget(name: "ProtobufTests", dependencies: ["Protobuf"]),
    .testTarget(name: "ABCITests", dependencies: ["ABCI", "Protobuf", "StrictJSON"]),
    .testTarget(
      name: "LedgerABCITests",
      dependencies: [
        "ABCI", "Hashing", "Ledger", "LedgerABCI", "LedgerStore", "Protobuf", "Receipts", "StrictJSON",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "LightClientTests",
      dependencies: [
        "Hashing", "LightClient", "Protobuf", "StrictJSON", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(name: "WalletTests", dependencies: ["Hashing", "Receipts", "StrictJSON", "Wallet"]),
    .testTarget(
      name: "RazaoTests",
      dependencies: [
        "Hashing", "Ledger", "LedgerStore", "Receipts", "StrictJSON", "Wallet", "razao",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "AuditTests",
      dependencies: [
        "Answering", "Audit", "Dialects", "FileMapping", "Hashing", "Program", "ProgramTestSupport", "Receipts",
        "Runtime",
      ]),
    .testTarget(
      name: "NodeTests",
      dependencies: [
        "Audit", "Dialects", "FileMapping", "Hashing", "Ledger", "LedgerStore", "LightClient", "Node", "Program",
        "ProgramTestSupport", "Receipts", "Runtime", "StateTree", "StrictJSON", "Wallet",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ]),
  ]
)
