import Foundation
import TerraceCore

@testable import TerraceVenues

/// The recordings and messages beside these tests.
enum Fixture {
    static func path(_ name: String) throws -> String {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/binance")
        let file = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: file.path) else { throw CocoaError(.fileNoSuchFile) }
        return file.path
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: self.path(name))))
    }

    /// A file of its own in the system's temporary folder, gone when `body` is over.
    static func withFile<Result>(_ name: String, _ content: [UInt8], _ body: (String) throws -> Result) throws -> Result
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try Data(content).write(to: file)
        return try body(file.path)
    }
}

/// What `*.expected.json` says.
struct Expected: Decodable {
    struct Symbol: Decodable {
        struct Final: Decodable {
            var bids: [[String]]
            var asks: [[String]]
            var bid_levels: Int
            var ask_levels: Int
        }
        var applied: UInt64
        var dropped: UInt64
        var gaps: UInt64
        var trades: UInt64
        var last_id: Int64
        var book_ticker_equal: UInt64?
        var book_ticker_different: UInt64?
        var final: Final
    }
    var lines: Int
    var symbols: [String: Symbol]

    init(path: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// A random stream that is the same on every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { self.state = seed }
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
