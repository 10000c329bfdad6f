/// What happens to an engine. Everything that it knows came in as one of these, with its time beside it.
///
/// Events are small trivial values: a journal of them replays a run bit for bit. One message of a venue becomes several
/// events (its levels, then the end of the message), so that no event carries a buffer.
public enum Event: Sendable {
    /// Market data of one instrument.
    case market(MarketEvent)
    /// What a venue said of one of our orders.
    case order(OrderReport)
    /// What the account on a venue holds of a coin, all fills that were reported so far included: at the start, and where a
    /// reconciliation corrects. Not for what a venue pushes beside a fill, which moves the balance already.
    case balance(VenueIndex, AssetIndex, total: Amount)
    /// The venue has told every fill of ours on this instrument up to a moment, in its own milliseconds since 1970, and where it
    /// numbers them, up to and including a number. Changes nothing here; after a restart fills are asked for from there on.
    case fillsKnown(InstrumentIndex, through: UInt64?, milliseconds: Int64)
    /// A venue's connection came up, went down, or showed that it lives.
    case connection(VenueIndex, ConnectionEvent)
    /// All that was due to be read has been read: evaluate at most this many strategies.
    case turn(limit: Int)
    /// What a person or the desk's automation wants.
    case control(Control)
}

/// Market data of one instrument.
public enum MarketEvent: Sendable {
    /// A snapshot follows, level by level, and replaces the book at the next `messageEnded`.
    case snapshotBegan(InstrumentIndex)
    /// A level's quantity is now this much in total; zero removes the level.
    case level(InstrumentIndex, Side, Price, Quantity)
    /// All levels of a snapshot or a change have come; the book is whole. `venueTime` is zero where the venue tells none.
    case messageEnded(InstrumentIndex, venueTime: Timestamp)
    /// A public trade; the side is the aggressor's. `id` is the venue's number of it, or a hash of its name where that is no
    /// number; zero where the venue tells none.
    case trade(InstrumentIndex, aggressor: Side, Price, Quantity, venueTime: Timestamp, id: UInt64)
    /// The book can't be relied upon until the next snapshot: a gap, a reconnect, bytes that make no sense.
    case bookLost(InstrumentIndex)
}

/// What a venue's connection does.
public enum ConnectionEvent: Sendable {
    /// Orders can be sent; market data will come.
    case up
    /// Nothing gets through: books of the venue are stale, orders in flight are unknown.
    case down
    /// A sign of life with no other content.
    case heartbeat
    /// What happens to our orders is not heard, though they can still be cancelled: quotes are pulled.
    case accountLost
    /// The account is heard again, and what it holds was compared: quotes may come back.
    case accountBack
    /// Things may have happened that were not heard: each order's state is doubted until a report shows it, or an answer does.
    case accountDoubted
}

/// What a person or the desk's automation wants of a running engine.
public enum Control: Sendable {
    /// Cancel everything, refuse new orders until `liftKillSwitch`.
    case kill
    /// Quote again, strategies and coins that were stopped by their loss limits included; the limits count from here.
    case liftKillSwitch
    /// Quote a strategy again that was stopped by its loss limit, which counts from here.
    case liftLossStop(StrategyIndex)
    /// Shed priority classes above this one (1...4; 4 sheds none), by hand.
    case shed(keepingUpTo: Int)
    /// What happens can't be recorded: cancel everything, refuse new orders until `recordAgain`.
    case stopRecording
    /// What happens is recorded again: quotes may come back.
    case recordAgain
    /// Stop quoting one strategy and cancel its orders.
    case pause(StrategyIndex)
    /// Quote a paused strategy again.
    case resume(StrategyIndex)
}
