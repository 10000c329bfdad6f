import Dispatch
import Histogram
import TerraceCore
import TerraceRuntime
import TerraceSimulation
import TerraceVenues

/// An engine that trades on paper beside recorded messages, under one virtual clock that the recording sets.
///
/// Between two records, the engine's timers, its commands' arrivals and the reports on them happen in order of time. The same
/// records give the same run, event for event.
struct ReplayWorld: ~Copyable {
    /// After so much silence virtual time jumps to the next record: every quote has long been pulled then.
    static let longestSilence: Int64 = 600_000_000_000

    /// How many turns one moment may take: each evaluates 1,024 strategies.
    static let mostTurnsAtOnce = 100_000

    private(set) var engine: Engine
    private(set) var venue: PaperVenue
    private(set) var feed: BinanceFeed
    let setup: MarketSetup
    /// The virtual time.
    private(set) var now: Timestamp
    /// How many levels between the ticks were kept from the engine, which could neither join nor pass them.
    private(set) var levelsWithheld: UInt64 = 0
    /// How many market events the records came to.
    private(set) var events: UInt64 = 0
    private(set) var latencies = StageLatencies()

    private let ticks: [Grid?]  // Of the instruments whose books have levels between the ticks.
    private var market: [Event] = []
    private var unbridged: [[Event]]  // By instrument: a snapshot that no change has followed yet.
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 8_192)

    /// A world that begins at `start`. Instruments and strategies are those of `setup`, whose only venue is `market`'s.
    init(
        _ setup: MarketSetup, _ instruments: [ReplayInstrument], market: BinanceMarket,
        strategies: [StrategyDefinition],
        configuration: EngineConfiguration, latencyNanoseconds: Int64, start: Timestamp
    ) throws(ReplayError) {
        var engine = Engine(configuration)
        for pair in setup.pairs { _ = engine.addPair(pair) }
        for strategy in strategies {
            do throws(RegistrationError) {
                _ = try engine.register(strategy)
            } catch {
                throw .strategy(strategy.id, reason: error.description)
            }
        }
        let feed: BinanceFeed
        do throws(SymbolTable.Refusal) {
            feed = try BinanceFeed(
                market: market,
                instruments: instruments.enumerated().map {
                    FeedInstrument(
                        symbol: $1.name, instrument: InstrumentIndex(UInt32(truncatingIfNeeded: $0)),
                        units: setup.pairs[$0].units)
                })
        } catch {
            throw .nothingToReplay(error.description)
        }
        let index = VenueIndex(0)
        let venue = PaperVenue(
            setup.pairs.map {
                SimulatedInstrument(base: $0.base, quote: $0.quote, units: $0.units, rules: $0.instruments[0].rules)
            },
            venue: index, definition: setup.venues[0], balances: setup.balances[0], assets: setup.assets.count,
            chargesReceivedCoin: market == .spot, levelSteps: instruments.map { $0.levelStep },
            latencyNanoseconds: latencyNanoseconds)
        // Neither writes a command: only turns do.
        var none = CommandBuffer(capacity: 1)
        engine.handle(.connection(index, .up), at: start, into: &none)
        for event in venue.openingBalances() { engine.handle(event, at: start, into: &none) }
        self.setup = setup
        self.unbridged = Array(repeating: [], count: instruments.count)
        self.ticks = instruments.map { $0.levelStep == $0.rules.tick ? nil : $0.rules.tick }
        self.now = start
        self.engine = engine
        self.venue = venue
        self.feed = feed
    }

    // MARK: Time

    /// When something happens next between two records.
    var nextDue: Timestamp { min(self.venue.nextDue, self.engine.nextTimer) }

    /// Runs what is due up to `end`, in order of time.
    ///
    /// Something that stays due however often it is run can't keep it here: it is left for the next time.
    mutating func run(until end: Timestamp) {
        var last = Timestamp.distantPast
        var turnsAtLast = 0
        while true {
            let next = self.nextDue
            if next > end || next == .distantFuture { break }
            turnsAtLast = next == last ? turnsAtLast + 1 : 0
            if turnsAtLast > Self.mostTurnsAtOnce { break }
            last = next
            self.now = max(self.now, next)
            self.deliveries.removeAll(keepingCapacity: true)
            self.venue.advance(to: self.now, into: &self.deliveries)
            for delivery in self.deliveries { self.engine.handle(delivery.event, at: self.now, into: &self.commands) }
            self.turn()
        }
        self.now = max(self.now, end)
    }

    /// Goes on to the moment of the next record.
    mutating func advance(to time: Timestamp) {
        let silent = self.now.advanced(by: Self.longestSilence)
        if time > silent {
            self.run(until: silent)
            // What is still on its way then, at most a minute later, arrives before the jump.
            for _ in 0..<60 where !self.venue.isQuiet {
                self.run(until: min(time, self.now.advanced(by: 1_000_000_000)))
            }
            self.now = time
        }
        self.run(until: time)
    }

    private mutating func turn() {
        self.engine.handle(.turn(limit: 1_024), at: self.now, into: &self.commands)
        for index in 0..<self.commands.count { self.venue.send(self.commands[index], at: self.now) }
        self.commands.removeAll()
    }

    // MARK: Records

    /// Takes the record that a reader has come to.
    mutating func take(_ reader: borrowing RecordingReader) {
        self.advance(to: reader.time)
        let started = DispatchTime.now().uptimeNanoseconds
        let outcome = self.decode(reader)
        if case .bestQuote(let quote) = outcome { self.compare(quote) }
        if self.market.isEmpty { return }
        for event in self.market {
            if case .market(let market) = event { self.venue.observe(market, at: self.now) }
            self.tell(event)
        }
        self.events += UInt64(self.market.count)
        self.market.removeAll(keepingCapacity: true)
        self.venue.answerSnapshots(into: &self.market)
        for event in self.market { self.tell(event) }
        self.market.removeAll(keepingCapacity: true)
        let applied = DispatchTime.now().uptimeNanoseconds
        self.engine.handle(.turn(limit: 1_024), at: self.now, into: &self.commands)
        let evaluated = DispatchTime.now().uptimeNanoseconds
        self.latencies.apply.record(max(1, applied &- started))
        self.latencies.evaluate.record(max(1, evaluated &- applied))
        for index in 0..<self.commands.count {
            self.venue.send(self.commands[index], at: self.now)
            self.latencies.updateToCommand.record(max(1, evaluated &- started))
        }
        self.commands.removeAll()
    }

    /// Gives the engine an event of the recorded market.
    ///
    /// A snapshot waits until a change has followed it: how old it was cannot be told before, and nothing is quoted on it.
    private mutating func tell(_ event: Event) {
        switch event {
        case .market(.snapshotBegan(let instrument)), .market(.level(let instrument, _, _, _)),
            .market(.messageEnded(let instrument, _)):
            switch self.feed.state(of: instrument.index) {
            case .bridging:
                self.unbridged[instrument.index].append(event)
                return
            case .following: self.tellUnbridged(instrument.index)
            case .awaiting: self.unbridged[instrument.index].removeAll()
            }
        case .market(.bookLost(let instrument)): self.unbridged[instrument.index].removeAll()
        default: break
        }
        self.pass(event)
    }

    private mutating func tellUnbridged(_ slot: Int) {
        if self.unbridged[slot].isEmpty { return }
        for event in self.unbridged[slot] { self.pass(event) }
        self.unbridged[slot].removeAll()
    }

    /// Gives the engine an event, but for levels that are on none of its ticks.
    private mutating func pass(_ event: Event) {
        if case .market(.level(let instrument, _, let price, _)) = event, let tick = self.ticks[instrument.index],
            tick.exactSteps(price.units) < 0
        {
            self.levelsWithheld += 1
            return
        }
        self.engine.handle(event, at: self.now, into: &self.commands)
    }

    /// How late a record was taken in, where it is replayed at the pace of the clock.
    mutating func arrived(lateNanoseconds: Int64) {
        self.latencies.arrival.record(UInt64(max(1, min(lateNanoseconds, 9_999_999_999))))
    }

    private mutating func decode(_ reader: borrowing RecordingReader) -> FeedOutcome {
        let text = reader.buffer.span.extracting(reader.text)
        switch reader.kind {
        case .received:
            return self.feed.received(text, at: self.now, into: &self.market)
        case .reply:
            let url = reader.buffer.span.extracting(reader.url)
            return self.feed.receivedReply(to: url, text, at: self.now, into: &self.market)
        case .sent:
            return .none
        }
    }

    private mutating func compare(_ quote: BestQuote) {
        let touch = self.venue.books.touch(quote.instrument)
        self.feed.compared(
            quote.instrument,
            isEqual: touch.bid == Level(price: quote.bid, quantity: quote.bidQuantity)
                && touch.ask == Level(price: quote.ask, quantity: quote.askQuantity))
    }

    // MARK: The end

    /// Runs until nothing is on the way, the engine hearing all and sending nothing: what stands can be compared then.
    mutating func quieten() {
        while !self.venue.isQuiet {
            self.now = max(self.now, self.venue.nextDue)
            self.deliveries.removeAll(keepingCapacity: true)
            self.venue.advance(to: self.now, into: &self.deliveries)
            for delivery in self.deliveries { self.engine.handle(delivery.event, at: self.now, into: &self.commands) }
        }
    }

    /// Cancels everything, and runs until the engine has no order and nothing is on its way; false where that takes longer
    /// than two minutes of virtual time.
    mutating func stop() -> Bool {
        self.engine.handle(.control(.kill), at: self.now, into: &self.commands)
        self.turn()
        let end = self.now.advanced(by: 120_000_000_000)
        while self.now < end {
            if self.engine.openOrders == 0, self.engine.waiting == 0, self.venue.isQuiet { return true }
            self.run(until: self.now.advanced(by: 10_000_000))
        }
        return false
    }

    /// Every difference between the engine and the venue, each named.
    func mismatches() -> [String] { Reconciliation.mismatches(self.engine, self.venue, self.setup) }

    /// What the engine has done so far.
    func summary(hash: Bool) -> ShardSummary { ShardSummary(self.engine, self.setup, self.latencies, hash: hash) }

    /// What the feed has done for the symbol at `slot`, and its book as it stands.
    func feedReport(_ slot: Int, _ instrument: ReplayInstrument) -> FeedReport {
        let counted = self.feed.summary(of: slot)
        var report = FeedReport()
        report.applied = counted.applied
        report.dropped = counted.dropped
        report.gaps = counted.gaps
        report.trades = counted.trades
        report.lastId = counted.lastID
        report.bookTickerEqual = counted.bestQuotesEqual
        report.bookTickerDifferent = counted.bestQuotesDifferent
        report.malformed = counted.malformed
        let index = InstrumentIndex(UInt32(truncatingIfNeeded: slot))
        report.final.bidLevels = self.venue.books.levelCount(index, .bid)
        report.final.askLevels = self.venue.books.levelCount(index, .ask)
        for position in 0..<5 {
            if let bid = self.venue.books.level(index, .bid, position) {
                report.final.bids.append(instrument.text(bid))
            }
            if let ask = self.venue.books.level(index, .ask, position) {
                report.final.asks.append(instrument.text(ask))
            }
        }
        return report
    }
}

extension ReplayInstrument {
    /// A level as the feed writes it: price and quantity with as many decimals as there.
    func text(_ level: Level) -> [String] {
        [
            Self.padded(self.units.text(level.price), decimals: self.priceDecimals),
            Self.padded(self.units.text(level.quantity), decimals: self.quantityDecimals),
        ]
    }

    private static func padded(_ text: String, decimals: Int) -> String {
        let point = text.firstIndex(of: ".")
        let count = point.map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
        if count >= decimals { return text }
        return text + (point == nil ? "." : "") + String(repeating: "0", count: decimals - count)
    }
}
