public import TerraceCore

/// Keeps the changes of one book in the order that Binance's rules demand, and knows when the book can't be relied upon.
///
/// States and where they lead:
/// - `awaiting`: no book; changes are held until a snapshot comes. A snapshot that reaches back far enough leads to `bridging`,
///   or straight to `following` when changes were held that it does not contain.
/// - `bridging`: the book is the snapshot's; the first change after it must contain the moment of the snapshot. It leads to
///   `following`, a gap to `awaiting`.
/// - `following`: each change follows the one before. A gap, a malformed message or a disconnection leads to `awaiting`.
///
/// Rules: spot, "How to manage a local order book correctly" (Web Socket Streams for Binance); perpetuals, the page of the same
/// name of the USDⓈ-M futures. Two departures, both as safe: a snapshot is not too old when the first change held is its very
/// successor (spot: `U == lastUpdateId + 1`; perpetuals: `pu == lastUpdateId`), and a spot change that overlaps the book
/// (`U <= lastID < u`) is applied, because quantities are absolute.
public struct BinanceSequencer: Sendable {
    /// Where the book stands.
    public enum State: Sendable, Equatable {
        /// There is none.
        case awaiting
        /// It is a snapshot, and no change has been applied to it.
        case bridging
        /// It is a snapshot with all changes since.
        case following
    }

    /// What the owner should do after a message.
    public enum Outcome: Sendable, Equatable {
        /// Nothing.
        case none
        /// Fetch a snapshot.
        case snapshotWanted
    }

    /// Where the book stands.
    public private(set) var state: State = .awaiting
    /// Whether a snapshot has been asked for that has not come.
    public private(set) var isSnapshotPending = false
    /// What has been done so far.
    public internal(set) var summary = FeedSummary()

    private let market: BinanceMarket
    private let instrument: InstrumentIndex
    private var waiting = BinanceDiffBuffer()
    private var lastTradeID: Int64 = -1
    private var tradesAreAggregate: Bool?

    /// The sequencer of `instrument`, without a book.
    public init(market: BinanceMarket, instrument: InstrumentIndex) {
        self.market = market
        self.instrument = instrument
    }

    // MARK: Changes

    /// Takes a change of the book.
    ///
    /// - Complexity: O(levels); allocates only in `awaiting`, or while `events` grows.
    public mutating func receivedChange(_ message: borrowing BinanceMessage, into events: inout [Event]) -> Outcome {
        switch self.state {
        case .awaiting:
            return self.hold(message)
        case .bridging, .following:
            switch self.relation(
                first: message.firstID, last: message.lastID, previous: message.previousID,
                isFirst: self.state == .bridging)
            {
            case .old:
                self.summary.dropped += 1
                return .none
            case .next:
                self.state = .following
                self.summary.applied += 1
                self.summary.lastID = message.lastID
                self.emit(message, into: &events)
                return .none
            case .gap:
                self.summary.gaps += 1
                self.loseBook(into: &events)
                return self.hold(message)
            }
        }
    }

    private enum Relation { case old, next, gap }

    /// How a change relates to the book whose last id is `summary.lastID`.
    @inline(__always)
    private func relation(first: Int64, last: Int64, previous: Int64, isFirst: Bool) -> Relation {
        let book = self.summary.lastID
        switch self.market {
        case .spot:
            if last <= book { return .old }
            // An id is at most 2^63 - 1, and `first` at least 0, so that the difference fits.
            return first - 1 <= book ? .next : .gap
        case .perpetual:
            // The change that contains the snapshot's own id may be that id's, hence "<" for the first one.
            if isFirst ? last < book : last <= book { return .old }
            if isFirst { return previous <= book || first <= book ? .next : .gap }
            return previous == book ? .next : .gap
        }
    }

    /// Holds a change until a snapshot comes, and asks for one where none is pending.
    private mutating func hold(_ message: borrowing BinanceMessage) -> Outcome {
        if let before = self.waiting.diffs.last {
            if message.lastID <= before.lastID {
                self.summary.dropped += 1
                return .none
            }
            let isNext =
                switch self.market {
                case .spot: message.firstID - 1 <= before.lastID
                case .perpetual: message.previousID == before.lastID
                }
            if !isNext {
                self.summary.gaps += 1
                self.waiting.removeAll()
            }
        }
        if !self.waiting.append(message) {
            // Too many wait: the snapshot asked for is late or lost. Begin anew with this one, which fits by itself.
            self.summary.overflows += 1
            self.waiting.removeAll()
            _ = self.waiting.append(message)
            self.isSnapshotPending = false
        }
        return self.askForSnapshot()
    }

    private mutating func askForSnapshot() -> Outcome {
        if self.isSnapshotPending { return .none }
        self.isSnapshotPending = true
        return .snapshotWanted
    }

    // MARK: Snapshots

    /// Takes a snapshot that was fetched.
    ///
    /// In `awaiting` it becomes the book, with the changes held that it does not contain, unless it is older than they reach
    /// back. A book in use is replaced by a snapshot that is not older.
    ///
    /// - Complexity: O(levels), of the snapshot and of all changes held.
    public mutating func receivedSnapshot(_ message: borrowing BinanceMessage, into events: inout [Event]) -> Outcome {
        self.isSnapshotPending = false
        switch self.state {
        case .bridging, .following:
            guard message.lastID >= self.summary.lastID else {
                self.summary.snapshotsTooOld += 1
                return .none
            }
        case .awaiting:
            if let first = self.waiting.diffs.first, !self.reaches(message.lastID, first) {
                self.summary.snapshotsTooOld += 1
                return self.askForSnapshot()
            }
        }
        self.summary.snapshots += 1
        self.summary.lastID = message.lastID
        self.state = .bridging
        events.append(.market(.snapshotBegan(self.instrument)))
        self.emit(message, into: &events)
        // Those held follow each other without a gap, and the first one was seen to follow the snapshot or to be older.
        for diff in self.waiting.diffs {
            switch self.relation(
                first: diff.firstID, last: diff.lastID, previous: diff.previousID, isFirst: self.state == .bridging)
            {
            case .old: self.summary.dropped += 1
            case .next:
                self.state = .following
                self.summary.applied += 1
                self.summary.lastID = diff.lastID
                self.emit(diff, into: &events)
            case .gap:
                self.summary.gaps += 1
                self.loseBook(into: &events)
                self.waiting.removeAll()
                return self.askForSnapshot()
            }
        }
        self.waiting.removeAll()
        return .none
    }

    /// The snapshot that was asked for can't be used, or the request was refused: asks again.
    public mutating func snapshotFailed() -> Outcome {
        self.isSnapshotPending = false
        switch self.state {
        case .awaiting: return self.askForSnapshot()
        case .bridging, .following: return .none
        }
    }

    /// Whether a snapshot of `id` contains all that came before the change `first`.
    private func reaches(_ id: Int64, _ first: BinanceDiffBuffer.Diff) -> Bool {
        switch self.market {
        case .spot: first.firstID - 1 <= id
        case .perpetual: first.previousID <= id || first.firstID <= id
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
        self.waiting.removeAll()
        return self.askForSnapshot()
    }

    /// The connection is gone: the book is lost, and what was asked for will not be waited for.
    ///
    /// A snapshot is asked for when the first change of the next connection comes.
    public mutating func disconnected(into events: inout [Event]) {
        self.loseBook(into: &events)
        self.waiting.removeAll()
        self.isSnapshotPending = false
    }

    private mutating func loseBook(into events: inout [Event]) {
        switch self.state {
        case .awaiting: break
        case .bridging, .following:
            self.state = .awaiting
            self.summary.booksLost += 1
            events.append(.market(.bookLost(self.instrument)))
        }
    }

    // MARK: Trades and best quotes

    /// Takes a public trade.
    ///
    /// The first kind that comes, single or aggregate, is the one that counts, so that a subscription to both counts no
    /// volume twice; so does an id that has been passed on already, when connections overlap.
    public mutating func receivedTrade(_ message: borrowing BinanceMessage, into events: inout [Event]) {
        let isAggregate = message.kind == .aggregateTrade
        let counts = self.tradesAreAggregate ?? isAggregate
        guard counts == isAggregate, message.tradeID > self.lastTradeID, message.quantity.units > 0 else {
            self.summary.tradesDropped += 1
            return
        }
        self.tradesAreAggregate = isAggregate
        self.lastTradeID = message.tradeID
        self.summary.trades += 1
        events.append(
            .market(
                .trade(
                    self.instrument, aggressor: message.aggressor, message.price, message.quantity,
                    venueTime: message.venueTime, id: UInt64(bitPattern: message.tradeID))))
    }

    /// The best quote of a message, where it is that of the book as it stands now and so can be compared with it.
    public func comparable(_ message: borrowing BinanceMessage) -> BestQuote? {
        switch self.state {
        case .awaiting: return nil
        case .bridging, .following:
            guard message.lastID == self.summary.lastID else { return nil }
            return BestQuote(
                instrument: self.instrument, bid: message.bid.price, bidQuantity: message.bid.quantity,
                ask: message.ask.price, askQuantity: message.ask.quantity)
        }
    }

    // MARK: Events

    /// The levels of a message, and its end.
    private func emit(_ message: borrowing BinanceMessage, into events: inout [Event]) {
        for index in 0..<message.levels.count { self.emit(message.levels[index], into: &events) }
        events.append(.market(.messageEnded(self.instrument, venueTime: message.venueTime)))
    }

    /// The levels of a change that was held, and its end.
    private func emit(_ diff: BinanceDiffBuffer.Diff, into events: inout [Event]) {
        for index in diff.levels { self.emit(self.waiting.levels[index], into: &events) }
        events.append(.market(.messageEnded(self.instrument, venueTime: diff.venueTime)))
    }

    @inline(__always)
    private func emit(_ level: MarketLevel, into events: inout [Event]) {
        events.append(.market(.level(self.instrument, level.side, level.price, level.quantity)))
    }
}
