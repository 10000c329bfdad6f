import Foundation
import TerraceVenues
import Testing

@testable import TerraceOperations

/// A recording whose replay an independent program has computed; see the README beside the files.
struct Recorded: Sendable, CustomTestStringConvertible {
    var files: [String]
    var expected: String
    var market = BinanceMarket.spot
    var symbols: [String]
    var testDescription: String { self.expected }

    static let bitcoin = Recorded(
        files: ["spot_BTCUSDT_20240808"], expected: "spot_BTCUSDT_20240808", symbols: ["BTC/USDT"])
    static let small = Recorded(
        files: ["exchangeInfo_spot_20211012", "spot_20211012"], expected: "spot_20211012",
        symbols: ["NKN/USDT", "BLZ/ETH", "RUNE/EUR"])

    static let liquid = [
        Self.bitcoin,
        Recorded(files: ["spot_ETHUSDT_20240808"], expected: "spot_ETHUSDT_20240808", symbols: ["ETH/USDT"]),
        Recorded(
            files: ["spot_BTCUSDT_20240808", "spot_BTCUSDT_20240809_first150s"],
            expected: "spot_BTCUSDT_20240808_then_20240809_first150s", symbols: ["BTC/USDT"]),
        Recorded(
            files: ["spot_ETHUSDT_20240808", "spot_ETHUSDT_20240809_first150s"],
            expected: "spot_ETHUSDT_20240808_then_20240809_first150s", symbols: ["ETH/USDT"]),
    ]
    static let quiet = [
        Self.small,
        Recorded(
            files: ["spot_20211012"], expected: "spot_20211012", symbols: ["NKN/USDT", "BLZ/ETH", "RUNE/EUR"]),
        Recorded(
            files: ["exchangeInfo_um_20210722", "um_20210722"], expected: "um_20210722", market: .perpetual,
            symbols: ["SUSHI/USDT", "AKRO/USDT", "KEEP/USDT"]),
    ]
    /// Recordings too large to be kept here, for whoever has them in a folder of their own.
    static let elsewhere = [
        Recorded(
            files: ["um_BTCUSDT_20240808"], expected: "um_BTCUSDT_20240808", market: .perpetual, symbols: ["BTC/USDT"]),
        Recorded(
            files: ["um_ETHUSDT_20240808_first200s"], expected: "um_ETHUSDT_20240808_first200s", market: .perpetual,
            symbols: ["ETH/USDT"]),
    ]
    static let folderElsewhere = ProcessInfo.processInfo.environment["TERRACE_RECORDINGS"]

    /// The folder of the recordings, which the tests of the decoders keep.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("TerraceVenuesTests/Fixtures/binance").path

    func run(in folder: String = Self.folder) -> ReplayRun {
        ReplayRun(market: self.market, symbols: self.symbols, files: self.files.map { "\(folder)/\($0).rec.gz" })
    }

    /// What the independent program found, by symbol.
    func feed(in folder: String = Self.folder) throws -> [String: FeedReport] {
        struct Expected: Decodable {
            var symbols: [String: Symbol]
        }
        struct Symbol: Decodable {
            var applied: UInt64
            var dropped: UInt64
            var gaps: UInt64
            var trades: UInt64
            var lastId: Int64
            var bookTickerEqual: UInt64?
            var bookTickerDifferent: UInt64?
            var final: FeedReport.Book
        }
        let url = URL(fileURLWithPath: "\(folder)/\(self.expected).expected.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Expected.self, from: Data(contentsOf: url)).symbols.mapValues { symbol in
            var report = FeedReport()
            report.applied = symbol.applied
            report.dropped = symbol.dropped
            report.gaps = symbol.gaps
            report.trades = symbol.trades
            report.lastId = symbol.lastId
            report.bookTickerEqual = symbol.bookTickerEqual ?? 0
            report.bookTickerDifferent = symbol.bookTickerDifferent ?? 0
            report.final = symbol.final
            return report
        }
    }
}

/// A recording of one spot symbol, AAAUSDT, made line by line.
struct MadeRecording {
    private(set) var lines: [String] = []
    private(set) var milliseconds: Int64 = 1_700_000_000_000
    private var id = 100
    private var trade = 0

    private mutating func add(_ kind: String, _ text: String) {
        self.lines.append("\(self.milliseconds)000000 \(kind) \(text)")
    }

    private static func text(_ levels: [(String, String)]) -> String {
        "[" + levels.map { "[\"\($0.0)\",\"\($0.1)\"]" }.joined(separator: ",") + "]"
    }

    /// Lets time pass.
    mutating func wait(seconds: Double) { self.milliseconds += Int64(seconds * 1_000) }

    /// A snapshot of ten levels a side around 100, a cent apart.
    mutating func snapshot() {
        let bids = (0..<10).map { ("99.\(99 - $0)", "5.00") }
        let asks = (0..<10).map { ("100.0\($0)", "5.00") }
        self.add(
            "h",
            "https://api.binance.com/api/v3/depth?symbol=AAAUSDT&limit=100 {\"lastUpdateId\":\(self.id),"
                + "\"bids\":\(Self.text(bids)),\"asks\":\(Self.text(asks))}")
    }

    /// A change of the book; `skipping` ids are missing before it.
    mutating func change(bids: [(String, String)] = [], asks: [(String, String)] = [], skipping: Int = 0) {
        self.wait(seconds: 0.1)
        self.id += 1 + skipping
        self.add(
            "<",
            "{\"e\":\"depthUpdate\",\"E\":\(self.milliseconds),\"s\":\"AAAUSDT\",\"U\":\(self.id),\"u\":\(self.id),"
                + "\"b\":\(Self.text(bids)),\"a\":\(Self.text(asks))}")
    }

    /// Someone sells (or buys) `quantity` at `price`.
    mutating func trade(_ price: String, _ quantity: String, isSale: Bool) {
        self.wait(seconds: 0.01)
        self.trade += 1
        self.add(
            "<",
            "{\"e\":\"trade\",\"E\":\(self.milliseconds),\"s\":\"AAAUSDT\",\"t\":\(self.trade),\"p\":\"\(price)\","
                + "\"q\":\"\(quantity)\",\"T\":\(self.milliseconds),\"m\":\(isSale)}")
    }

    /// Goes on for a while without anything that matters.
    mutating func idle(messages: Int) {
        for index in 0..<messages { self.change(bids: [("99.90", "5.0\(index % 10)")]) }
    }

    /// Writes it to a file of its own, gone when `body` is over.
    func withFile<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        try await withTemporaryFile("made.rec", Array((self.lines.joined(separator: "\n") + "\n").utf8), body)
    }
}

/// A file in the system's temporary folder, gone when `body` is over.
func withTemporaryFile<Result>(_ name: String, _ content: [UInt8], _ body: (String) async throws -> Result) async throws
    -> Result
{
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try Data(content).write(to: file)
    return try await body(file.path)
}
