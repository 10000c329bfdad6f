import TerraceCore
import TerraceVenues

@testable import TerraceExchangeServer

/// A client that follows one book by Binance's rules with our own feed, and keeps what its events say.
final class FollowedBook {
    private let bench: Bench
    private let symbol: String
    private let connection: Int
    private var feed: BinanceFeed
    private var events: [Event] = []
    private var levels: [[Int64: Int64]] = [[:], [:]]
    private var isWhole = false
    private(set) var snapshots = 0
    private(set) var reconnections = 0

    init(_ bench: Bench, _ symbol: String, speed: String = "@depth@100ms") throws {
        self.bench = bench
        self.symbol = symbol
        let place = bench.server.core.instrument(symbol) ?? 0
        self.feed = try BinanceFeed(
            market: .spot,
            instruments: [
                FeedInstrument(
                    symbol: symbol, instrument: InstrumentIndex(0), units: bench.server.core.instruments[place].units)
            ])
        self.connection = bench.open("/ws/\(symbol.lowercased())\(speed)").connection
    }

    var summary: FeedSummary { self.feed.summary(of: 0) }
    var malformed: UInt64 { self.feed.counters.malformed }

    /// Takes what has come, and fetches a snapshot where one is wanted.
    func read() {
        for text in self.bench.take(self.connection) {
            let bytes = Array(text.utf8)
            let outcome = self.feed.received(bytes.span, at: self.bench.now, into: &self.events)
            if case .snapshotWanted = outcome { self.fetch() }
        }
        self.apply()
    }

    private func fetch() {
        self.snapshots += 1
        let bytes = Array(self.bench.get("/api/v3/depth?symbol=\(self.symbol)&limit=5000").text.utf8)
        let outcome = self.feed.receivedSnapshot(
            of: InstrumentIndex(0), bytes.span, at: self.bench.now, into: &self.events)
        if case .snapshotWanted = outcome { self.fetch() }
    }

    private func apply() {
        for event in self.events {
            switch event {
            case .market(.snapshotBegan): self.levels = [[:], [:]]
            case .market(.level(_, let side, let price, let quantity)):
                self.levels[side.index][price.units] = quantity == .zero ? nil : quantity.units
            case .market(.messageEnded): self.isWhole = true
            case .market(.bookLost): self.isWhole = false
            default: break
            }
        }
        self.events.removeAll()
    }

    /// Whether the followed book is the exchange's.
    var isTrue: Bool {
        let core = self.bench.server.core
        let place = core.instrument(self.symbol) ?? 0
        guard self.isWhole else { return false }
        for side in Side.allCases {
            guard core.depth(place, side) == self.levels[side.index].count else { return false }
            for position in 0..<core.depth(place, side) {
                guard let level = core.level(place, side, at: position),
                    self.levels[side.index][level.price.units] == level.quantity.units
                else { return false }
            }
        }
        return true
    }
}
