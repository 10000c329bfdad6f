public import TerraceCore

/// The market data of one Bybit connection and all instruments on it: received bytes in, events out.
///
/// It is a machine without a socket or a clock. Events go to the buffer that the caller passes, keeps and empties; a
/// message that makes no sense adds no event but `bookLost`, and never part of itself.
public struct BybitFeed: ~Copyable {
    /// The instruments, in the order in which they were given; a slot is a place in this list.
    public let instruments: [FeedInstrument]
    /// What has come so far, over all instruments.
    public private(set) var counters = FeedCounters()

    private let decoder: BybitDecoder
    private var sequencers: [BybitSequencer]
    private var message = BybitMessage()

    /// A feed of `instruments`, whose books come `depth` levels deep, without any book.
    ///
    /// - Throws: `SymbolTable.Refusal` where a symbol is there twice or can't be one.
    public init(instruments: [FeedInstrument], depth: Int = 200) throws(SymbolTable.Refusal) {
        self.decoder = try BybitDecoder(instruments: instruments, depth: depth)
        self.instruments = instruments
        self.sequencers = instruments.map { BybitSequencer(instrument: $0.instrument) }
    }

    /// What has been done for the instrument at `slot`.
    public func summary(of slot: Int) -> FeedSummary { self.sequencers[slot].summary }

    /// Where the book of the instrument at `slot` stands.
    public func state(of slot: Int) -> BybitSequencer.State { self.sequencers[slot].state }

    /// The slot of `instrument`, or nil where the feed does not carry it.
    ///
    /// - Complexity: O(instruments). Market data does not need it.
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
        case .snapshot, .delta, .trades:
            guard let slot = self.message.slot else {
                self.counters.unknownSymbols += 1
                return .none
            }
            return self.receivedMarketData(slot, at: time, into: &events)
        case .acknowledgement:
            self.counters.replies += 1
            return .acknowledged(request: self.message.request)
        case .refusal:
            // The public stream gives its reason as text only.
            self.counters.replies += 1
            return .refused(request: self.message.request, code: 0)
        case .pong:
            self.counters.replies += 1
            return .none
        case .other:
            self.counters.ignored += 1
            return .none
        }
    }

    private mutating func receivedMarketData(
        _ slot: Int, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.sequencers[slot].summary.lastReceived = time
        switch self.message.kind {
        case .snapshot:
            self.sequencers[slot].receivedSnapshot(self.message, into: &events)
            return .none
        case .delta:
            let outcome = self.sequencers[slot].receivedChange(self.message, into: &events)
            return self.outcome(outcome, slot)
        case .trades:
            self.sequencers[slot].receivedTrades(self.message, into: &events)
            return .none
        case .acknowledgement, .refusal, .pong, .other:
            return .none
        }
    }

    /// A message made no sense. The books that it may have been about are in doubt: that of its topic, none where that is of
    /// a symbol that is not carried or of trades, and all where it does not even say.
    private mutating func receivedMalformed(_ error: WireError, into events: inout [Event]) -> FeedOutcome {
        self.counters.count(error)
        switch self.message.kind {
        case .trades:
            if let slot = self.message.slot { self.sequencers[slot].summary.malformed += 1 }
            return .none
        case .snapshot, .delta, .acknowledgement, .refusal, .pong, .other: break
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

    private func outcome(_ outcome: BybitSequencer.Outcome, _ slot: Int) -> FeedOutcome {
        switch outcome {
        case .none: .none
        case .snapshotWanted: .snapshotWanted(self.instruments[slot].instrument)
        }
    }

    // MARK: Snapshots

    /// Takes the body of a reply to a request for a snapshot, and ignores it: Bybit's REST books are of another depth's
    /// sequence than the stream's, whose own snapshot comes with each subscription.
    public mutating func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.counters.ignored += 1
        return .none
    }

    /// Subscribing to the book of `instrument` again came to nothing: asks once more where it is still needed.
    public mutating func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome {
        guard let slot = self.slot(of: instrument) else { return .none }
        let outcome = self.sequencers[slot].snapshotFailed()
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
}

extension BybitFeed: FeedMachine {}
