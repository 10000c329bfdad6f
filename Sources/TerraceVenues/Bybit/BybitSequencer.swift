public import TerraceCore

/// Keeps the changes of one book in the order that Bybit's rules demand, and knows when the book can't be relied upon.
///
/// States and where they lead:
/// - `awaiting`: no book. The stream's next snapshot leads to `following`; changes are dropped, because a snapshot by the
///   stream comes before the changes that follow it, so that none need be held.
/// - `following`: each change's id is the one before plus 1. A gap, a malformed message or a disconnection leads to
///   `awaiting`; a snapshot replaces the book, also one with id 1, which the venue sends after a restart.
///
/// Source: Bybit API v5, WebSocket stream, "Orderbook". That ids of changes rise by exactly 1 is not in its text; recordings
/// of whole days show it.
public struct BybitSequencer: Sendable {
    /// Where the book stands.
    public enum State: Sendable, Equatable {
        /// There is none.
        case awaiting
        /// It is a snapshot with all changes since.
        case following
    }

    /// What the owner should do after a message.
    public enum Outcome: Sendable, Equatable {
        /// Nothing.
        case none
        /// Subscribe to the topic again, so that a snapshot comes.
        case snapshotWanted
    }

    /// Where the book stands.
    public private(set) var state: State = .awaiting
    /// Whether a snapshot has been asked for that has not come.
    public private(set) var isSnapshotPending = false
    /// What has been done so far.
    public internal(set) var summary = FeedSummary()

    private let instrument: InstrumentIndex
    private var lastTradeSequence: Int64 = 0
    /// The ids of the last trades, in a ring, so that a trade told twice counts once.
    private var lastTrades: [32 of UInt64] = .init(repeating: 0)
    private var nextTrade = 0

    /// The sequencer of `instrument`, without a book.
    public init(instrument: InstrumentIndex) { self.instrument = instrument }

    // MARK: The book

    /// Takes a snapshot: it is the book from now on.
    public mutating func receivedSnapshot(_ message: borrowing BybitMessage, into events: inout [Event]) {
        self.isSnapshotPending = false
        self.state = .following
        self.summary.snapshots += 1
        self.summary.lastID = message.updateID
        events.append(.market(.snapshotBegan(self.instrument)))
        self.emit(message, into: &events)
    }

    /// Takes a change of the book.
    ///
    /// - Complexity: O(levels); allocates only while `events` grows.
    public mutating func receivedChange(_ message: borrowing BybitMessage, into events: inout [Event]) -> Outcome {
        switch self.state {
        case .awaiting:
            self.summary.dropped += 1
            return self.askForSnapshot()
        case .following:
            if message.updateID == self.summary.lastID {
                // The last change once more. Any other old id is a gap: the venue may have begun to count anew.
                self.summary.dropped += 1
                return .none
            }
            // The last id is at least 0, so that the difference fits.
            guard message.updateID - 1 == self.summary.lastID else {
                self.summary.gaps += 1
                return self.doubted(into: &events)
            }
            self.summary.applied += 1
            self.summary.lastID = message.updateID
            self.emit(message, into: &events)
            return .none
        }
    }

    private mutating func askForSnapshot() -> Outcome {
        if self.isSnapshotPending { return .none }
        self.isSnapshotPending = true
        return .snapshotWanted
    }

    /// The snapshot that was asked for did not come: asks again.
    public mutating func snapshotFailed() -> Outcome {
        self.isSnapshotPending = false
        switch self.state {
        case .awaiting: return self.askForSnapshot()
        case .following: return .none
        }
    }

    // MARK: Doubt

    /// A message that may have been a change of this book made no sense: the book is lost.
    public mutating func receivedMalformed(into events: inout [Event]) -> Outcome {
        self.summary.malformed += 1
        return self.doubted(into: &events)
    }

    /// The book is in doubt: it is lost, and a snapshot is asked for.
    public mutating func doubted(into events: inout [Event]) -> Outcome {
        self.loseBook(into: &events)
        return self.askForSnapshot()
    }

    /// The connection is gone: the book is lost, and what was asked for will not be waited for. The next connection's
    /// subscription brings a snapshot by itself.
    public mutating func disconnected(into events: inout [Event]) {
        self.loseBook(into: &events)
        self.isSnapshotPending = false
    }

    private mutating func loseBook(into events: inout [Event]) {
        switch self.state {
        case .awaiting: break
        case .following:
            self.state = .awaiting
            self.summary.booksLost += 1
            events.append(.market(.bookLost(self.instrument)))
        }
    }

    // MARK: Trades

    /// Takes the public trades of a message.
    ///
    /// One that is older than the last, that is among the last 32, or that was agreed upon outside of the book is dropped.
    public mutating func receivedTrades(_ message: borrowing BybitMessage, into events: inout [Event]) {
        for trade in message.trades {
            let isOld = trade.sequence > 0 && trade.sequence < self.lastTradeSequence
            if isOld || trade.isBlockTrade || self.isAmongLast(trade.id) {
                self.summary.tradesDropped += 1
                continue
            }
            self.lastTradeSequence = max(self.lastTradeSequence, trade.sequence)
            self.lastTrades[self.nextTrade] = trade.id
            self.nextTrade = (self.nextTrade + 1) & 31
            self.summary.trades += 1
            events.append(
                .market(
                    .trade(
                        self.instrument, aggressor: trade.aggressor, trade.price, trade.quantity,
                        venueTime: trade.venueTime, id: trade.id)))
        }
    }

    @inline(__always)
    private func isAmongLast(_ id: UInt64) -> Bool {
        for place in 0..<32 where self.lastTrades[place] == id { return true }
        return false
    }

    /// The levels of a message, and its end.
    private func emit(_ message: borrowing BybitMessage, into events: inout [Event]) {
        for index in 0..<message.levels.count {
            let level = message.levels[index]
            events.append(.market(.level(self.instrument, level.side, level.price, level.quantity)))
        }
        events.append(.market(.messageEnded(self.instrument, venueTime: message.venueTime)))
    }
}
