import CTerrace
import TerraceCore
import TerraceVenues

/// Decodes messages of books to integers with the feeds that a live run uses, and applies them to an engine.
public struct DecodeBenchmark {
    /// What went wrong before anything was measured: the messages made here are not what the feeds take.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    private let messages: Int
    private let passes: Int

    /// `passes` over `messages` messages each.
    public init(messages: Int, passes: Int) {
        self.messages = max(2, messages)
        self.passes = max(2, passes)
    }

    /// Measures on the first processor.
    public func run() throws -> DecodeReport {
        _ = cterrace_pin(0)
        var report = DecodeReport()
        report.messages = self.messages
        report.passes = self.passes
        let symbol = "AVAXUSDT"
        let instruments = [FeedInstrument(symbol: symbol, instrument: InstrumentIndex(0), units: .standard)]
        report.binance = try self.measure(
            BinanceDialect(market: .spot, instruments: instruments, credentials: nil),
            opening: [], snapshot: DepthText.binanceSnapshot()
        ) { DepthText.binance($0, symbol: symbol) }
        report.bybit = try self.measure(
            BybitDialect(instruments: instruments, credentials: nil),
            opening: [DepthText.bybit(0, symbol: symbol)], snapshot: nil
        ) { DepthText.bybit($0, symbol: symbol) }
        return report
    }

    /// A feed that has its book, and the messages that follow.
    private func measure(
        _ dialect: some VenueDialect, opening: [String], snapshot: String?, _ text: (Int) -> String
    ) throws -> DecodeReport.Venue {
        var result = DecodeReport.Venue()
        result.levels = DepthText.levels
        result.bytes = text(2).utf8.count
        // Each pass goes on where the one before ended, for a book takes its changes in their order.
        var decodes: [Double] = []
        var applies: [Double] = []
        var allocations: UInt64 = 0
        var applied = try self.start(dialect, opening: opening, snapshot: snapshot, text(1))
        var decoded = try self.start(dialect, opening: opening, snapshot: snapshot, text(1))
        for pass in 0..<self.passes {
            let texts = (0..<self.messages).map { Array(text(2 + pass * self.messages + $0).utf8) }
            let before = cterrace_allocations()
            let decoding = try decoded.take(texts, applying: false)
            let applying = try applied.take(texts, applying: true)
            if pass > 0 { allocations += cterrace_allocations() - before }
            decodes.append(decoding)
            applies.append(applying)
        }
        decodes.sort()
        applies.sort()
        result.decodeNsBest = decodes[0]
        result.decodeNsMedian = decodes[decodes.count / 2]
        result.applyNsBest = applies[0]
        result.applyNsMedian = applies[applies.count / 2]
        result.allocationsPerMessage = Double(allocations) / Double((self.passes - 1) * self.messages * 2)
        return result
    }

    private func start(
        _ dialect: some VenueDialect, opening: [String], snapshot: String?, _ first: String
    ) throws -> Run {
        var run = Run(try dialect.feed(0..<1))
        for message in opening + [first] { try run.open(Array(message.utf8), isSnapshot: false) }
        if let snapshot { try run.open(Array(snapshot.utf8), isSnapshot: true) }
        guard run.feed.summary(of: 0).applied > 0 else {
            throw Failure(description: "the feed has no book to begin with")
        }
        return run
    }

    /// A feed, an engine with its book, and the events on the way from one to the other.
    private struct Run: ~Copyable {
        let feed: any VenueFeed
        private var engine: Engine
        private var events: [Event] = []
        private let time = Timestamp(nanoseconds: 1)

        init(_ feed: any VenueFeed) {
            self.feed = feed
            self.engine = Engine(EngineConfiguration(venues: [VenueDefinition(name: "venue")], assetCount: 2))
            _ = self.engine.addPair(
                PairDefinition(
                    base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                    instruments: [
                        InstrumentDefinition(
                            venue: VenueIndex(0),
                            rules: TradingRules(tick: Grid(step: 1_000_000), lot: Grid(step: 1_000_000)))
                    ]))
        }

        mutating func open(_ bytes: [UInt8], isSnapshot: Bool) throws {
            self.events.removeAll(keepingCapacity: true)
            if isSnapshot {
                _ = self.feed.receivedSnapshot(of: InstrumentIndex(0), bytes.span, at: self.time, into: &self.events)
            } else {
                _ = self.feed.received(bytes.span, at: self.time, into: &self.events)
            }
            self.apply()
        }

        private mutating func apply() {
            for event in self.events {
                if case .market(let market) = event { self.engine.handle(market, at: self.time) }
            }
        }

        /// Nanoseconds a message.
        mutating func take(_ texts: [[UInt8]], applying: Bool) throws -> Double {
            let clock = ContinuousClock()
            let start = clock.now
            for text in texts {
                self.events.removeAll(keepingCapacity: true)
                _ = self.feed.received(text.span, at: self.time, into: &self.events)
                if applying { self.apply() }
            }
            let elapsed = (clock.now - start) / .nanoseconds(1)
            guard self.events.count == DepthText.levels + 1, self.feed.counters.malformed == 0 else {
                throw Failure(
                    description: "the last message gave \(self.events.count) events, not \(DepthText.levels + 1)")
            }
            return elapsed / Double(texts.count)
        }
    }
}
