public import TerraceCore

/// The market data of one Binance connection and all instruments on it: received bytes in, events out.
///
/// It is a machine without a socket or a clock. Events go to the buffer that the caller passes, keeps and empties; a
/// message that makes no sense adds no event but `bookLost`, and never part of itself.
public struct BinanceFeed: ~Copyable {
    /// The instruments, in the order in which they were given; a slot is a place in this list.
    public let instruments: [FeedInstrument]
    /// What has come so far, over all instruments.
    public private(set) var counters = FeedCounters()

    private let decoder: BinanceDecoder
    private var sequencers: [BinanceSequencer]
    private var message = BinanceMessage()

    /// A feed of `instruments` on `market`, without any book.
    ///
    /// - Throws: `SymbolTable.Refusal` where a symbol is there twice or can't be one.
    public init(market: BinanceMarket, instruments: [FeedInstrument]) throws(SymbolTable.Refusal) {
        self.decoder = try BinanceDecoder(market: market, instruments: instruments)
        self.instruments = instruments
        self.sequencers = instruments.map { BinanceSequencer(market: market, instrument: $0.instrument) }
    }

    /// The market whose feed this is.
    public var market: BinanceMarket { self.decoder.market }

    /// What has been done for the instrument at `slot`.
    public func summary(of slot: Int) -> FeedSummary { self.sequencers[slot].summary }

    /// Where the book of the instrument at `slot` stands.
    public func state(of slot: Int) -> BinanceSequencer.State { self.sequencers[slot].state }

    /// Whether a snapshot of the instrument at `slot` has been asked for and has not come.
    public func isSnapshotPending(at slot: Int) -> Bool { self.sequencers[slot].isSnapshotPending }

    /// The slot of `instrument`, or nil where the feed does not carry it.
    ///
    /// - Complexity: O(instruments). Snapshots and comparisons need it, market data does not.
    public func slot(of instrument: InstrumentIndex) -> Int? {
        self.instruments.firstIndex { $0.instrument == instrument }
    }

    // MARK: The stream

    /// Takes a message of the stream.
    ///
    /// - Complexity: O(length); allocates nothing in steady state once its buffers and `events` have grown.
    public mutating func received(
        _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.counters.messages += 1
        do throws(WireError) {
            try self.decoder.decode(bytes, into: &self.message)
        } catch {
            return self.receivedMalformed(error, into: &events)
        }
        switch self.message.kind {
        case .depth, .trade, .aggregateTrade, .bestQuote:
            guard let slot = self.message.slot else {
                self.counters.unknownSymbols += 1
                return .none
            }
            return self.receivedMarketData(slot, at: time, into: &events)
        case .acknowledgement:
            self.counters.replies += 1
            return .acknowledged(request: self.message.request)
        case .refusal:
            self.counters.replies += 1
            return .refused(request: self.message.request, code: self.message.code)
        case .serverShutdown:
            return .disconnect(.serverShutdown)
        case .snapshot, .other:
            // A partial book is no basis for changes: it has no place in their sequence.
            self.counters.ignored += 1
            return .none
        }
    }

    private mutating func receivedMarketData(
        _ slot: Int, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.sequencers[slot].summary.lastReceived = time
        switch self.message.kind {
        case .depth:
            let outcome = self.sequencers[slot].receivedChange(self.message, into: &events)
            return self.outcome(outcome, slot)
        case .trade, .aggregateTrade:
            self.sequencers[slot].receivedTrade(self.message, into: &events)
            return .none
        case .bestQuote:
            return self.sequencers[slot].comparable(self.message).map { .bestQuote($0) } ?? .none
        case .snapshot, .acknowledgement, .refusal, .serverShutdown, .other:
            return .none
        }
    }

    /// A message made no sense. The books that it may have been about are in doubt: that of its symbol, none where it is
    /// of a symbol that is not carried or of a kind that does not change books, and all where it does not even say.
    private mutating func receivedMalformed(_ error: WireError, into events: inout [Event]) -> FeedOutcome {
        self.counters.count(error)
        switch self.message.kind {
        case .trade, .aggregateTrade, .bestQuote:
            if let slot = self.message.slot { self.sequencers[slot].summary.malformed += 1 }
            return .none
        case .depth, .snapshot, .acknowledgement, .refusal, .serverShutdown, .other: break
        }
        if let slot = self.message.slot {
            let outcome = self.sequencers[slot].receivedMalformed(into: &events)
            return self.outcome(outcome, slot)
        }
        if self.message.namesSymbol {
            self.counters.unknownSymbols += 1
            return .none
        }
        self.disconnected(into: &events)
        return .disconnect(.malformed(error))
    }

    private func outcome(_ outcome: BinanceSequencer.Outcome, _ slot: Int) -> FeedOutcome {
        switch outcome {
        case .none: .none
        case .snapshotWanted: .snapshotWanted(self.instruments[slot].instrument)
        }
    }

    // MARK: Snapshots

    /// Takes the body of a reply to a request for a snapshot of `instrument`.
    public mutating func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        guard let slot = self.slot(of: instrument) else {
            self.counters.unknownSymbols += 1
            return .none
        }
        return self.receivedSnapshot(at: slot, bytes, at: time, into: &events)
    }

    /// Takes a recorded HTTP reply: a snapshot when `url` asked for one, whose query names the symbol.
    public mutating func receivedReply(
        to url: Span<UInt8>, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        guard let symbol = BinanceSnapshotURL.symbol(in: url) else {
            self.counters.ignored += 1
            return .none
        }
        guard let slot = self.decoder.slot(of: url, in: symbol) else {
            self.counters.unknownSymbols += 1
            return .none
        }
        return self.receivedSnapshot(at: slot, bytes, at: time, into: &events)
    }

    /// A request for a snapshot of `instrument` came to nothing: asks again where one is still needed.
    public mutating func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome {
        guard let slot = self.slot(of: instrument) else { return .none }
        let outcome = self.sequencers[slot].snapshotFailed()
        return self.outcome(outcome, slot)
    }

    private mutating func receivedSnapshot(
        at slot: Int, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        do throws(WireError) {
            try self.decoder.decode(snapshot: bytes, of: slot, into: &self.message)
        } catch {
            self.counters.count(error)
            self.sequencers[slot].summary.malformed += 1
            let outcome = self.sequencers[slot].snapshotFailed()
            return self.outcome(outcome, slot)
        }
        guard self.message.kind == .snapshot else {
            self.counters.replies += 1
            let outcome = self.sequencers[slot].snapshotFailed()
            return self.outcome(outcome, slot)
        }
        self.sequencers[slot].summary.lastReceived = time
        let outcome = self.sequencers[slot].receivedSnapshot(self.message, into: &events)
        return self.outcome(outcome, slot)
    }

    // MARK: The connection and the book

    /// The connection is gone, or will be closed: every book is lost until the next connection's snapshots.
    public mutating func disconnected(into events: inout [Event]) {
        for slot in self.sequencers.indices { self.sequencers[slot].disconnected(into: &events) }
    }

    /// The engine lost faith in a book (or was told to fetch it anew): it is lost here too, and a snapshot is asked for.
    public mutating func resnapshot(_ instrument: InstrumentIndex, into events: inout [Event]) -> FeedOutcome {
        guard let slot = self.slot(of: instrument) else { return .none }
        let outcome = self.sequencers[slot].doubted(into: &events)
        return self.outcome(outcome, slot)
    }

    /// Nobody needs the instrument any more, or its subscription has ended: its book is lost, and none is asked for until changes
    /// of it come again.
    public mutating func dropped(_ instrument: InstrumentIndex, into events: inout [Event]) {
        guard let slot = self.slot(of: instrument) else { return }
        self.sequencers[slot].disconnected(into: &events)
    }

    /// Counts whether a best quote that the feed gave for comparison agreed with the book.
    public mutating func compared(_ instrument: InstrumentIndex, isEqual: Bool) {
        guard let slot = self.slot(of: instrument) else { return }
        if isEqual {
            self.sequencers[slot].summary.bestQuotesEqual += 1
        } else {
            self.sequencers[slot].summary.bestQuotesDifferent += 1
        }
    }
}
