// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with. One constant, so that no target can be laxer than another.
let ours: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // Without this a generic of another module costs 35 to 75 ns a call; see docs/architecture.md.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// Tests obey the same rules except strict memory safety, which the macros of the test library do not meet.
let tests: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "terrace",
    products: [
        .executable(name: "terrace", targets: ["Terrace"]),
        .executable(name: "terrace-exchange", targets: ["TerraceExchange"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // Floor 0: the system.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CTerrace"),
        .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CRedis", providers: [.apt(["libhiredis-dev"])]),
        // Floor 1: the pure engine. It depends on nothing.
        .target(name: "TerraceCore", swiftSettings: ours),
        // Floor 2: the worlds around it.
        .target(name: "TerraceVenues", dependencies: ["TerraceCore", "CZlib", "CCrypto"], swiftSettings: ours),
        .target(
            name: "TerraceSimulation",
            dependencies: ["TerraceCore", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: ours),
        .target(
            name: "TerraceStorage",
            dependencies: [
                "TerraceCore", "CTerrace", "CPostgres", "CZlib",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: ours),
        // Floor 3: the live world.
        .target(
            name: "TerraceBus",
            dependencies: [
                "TerraceCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: ours),
        .target(
            name: "TerraceRuntime",
            dependencies: [
                "TerraceCore", "TerraceVenues", "CTerrace",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: ours),
        .target(
            name: "TerraceExchangeServer",
            dependencies: [
                "TerraceCore", "TerraceVenues", "TerraceSimulation",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: ours),
        // Floor 4: operations.
        .target(
            name: "TerraceOperations",
            dependencies: [
                "TerraceCore", "TerraceVenues", "TerraceSimulation", "TerraceRuntime", "TerraceStorage", "TerraceBus",
                "CTerrace", "CCrypto",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: ours),
        // Floor 5: the command line.
        .executableTarget(
            name: "Terrace",
            dependencies: [
                "TerraceCore", "TerraceOperations", "TerraceRuntime", "TerraceVenues", "TerraceStorage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: ours),
        .executableTarget(
            name: "TerraceExchange",
            dependencies: [
                "TerraceExchangeServer",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: ours),
        .testTarget(name: "TerraceCoreTests", dependencies: ["TerraceCore"], swiftSettings: tests),
        .testTarget(
            name: "TerraceVenuesTests", dependencies: ["TerraceVenues", "TerraceCore"], resources: [.copy("Fixtures")],
            swiftSettings: tests),
        .testTarget(
            name: "TerraceSimulationTests", dependencies: ["TerraceSimulation", "TerraceCore"], swiftSettings: tests),
        .testTarget(name: "TidyTests", swiftSettings: tests),
        .testTarget(
            name: "TerraceStorageTests", dependencies: ["TerraceStorage", "TerraceCore", "CPostgres"],
            swiftSettings: tests),
        .testTarget(
            name: "TerraceBusTests",
            dependencies: [
                "TerraceBus", "TerraceCore", "CRedis", "CTerrace",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "TerraceRuntimeTests",
            dependencies: [
                "TerraceRuntime", "TerraceSimulation", "TerraceVenues", "TerraceCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "TerraceExchangeServerTests",
            dependencies: [
                "TerraceExchangeServer", "TerraceSimulation", "TerraceVenues", "TerraceCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "FaultCampaignTests",
            dependencies: [
                "TerraceExchangeServer", "TerraceVenues", "TerraceSimulation", "TerraceStorage", "TerraceCore",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "TerraceOperationsTests",
            dependencies: [
                "TerraceOperations", "TerraceExchangeServer", "TerraceSimulation", "TerraceRuntime", "TerraceVenues",
                "TerraceStorage", "TerraceBus", "TerraceCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: tests),
    ]
)

// A fuzzer has no `main` of its own, and every other build would fail to link: `make fuzz` sets this.
if Context.environment["TERRACE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzVenues", dependencies: ["TerraceCore", "TerraceVenues"], path: "Fuzz/FuzzVenues",
            swiftSettings: ours + [.unsafeFlags(["-parse-as-library"])]))
}
