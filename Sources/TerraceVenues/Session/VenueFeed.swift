public import TerraceCore

/// The market data of one connection and all instruments on it: received bytes in, events out. A machine without socket or
/// clock, in which a venue's decoder and sequencer meet.
public protocol FeedMachine: ~Copyable {
    /// What has come so far, over all instruments.
    var counters: FeedCounters { get }
    /// What has been done for the instrument at `slot`, a place in the list that the feed was made with.
    func summary(of slot: Int) -> FeedSummary
    /// Takes a message of the stream.
    mutating func received(_ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]) -> FeedOutcome
    /// Takes the body of a reply to a request for a snapshot.
    mutating func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome
    /// A request for a snapshot came to nothing: asks again where one is still needed.
    mutating func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome
    /// The connection is gone: every book is lost until the next connection's snapshots.
    mutating func disconnected(into events: inout [Event])
    /// The engine lost faith in a book: it is lost here too, and a snapshot is asked for.
    mutating func resnapshot(_ instrument: InstrumentIndex, into events: inout [Event]) -> FeedOutcome
    /// Nobody needs the instrument any more, or its subscription has ended: its book is lost, and none is asked for.
    mutating func dropped(_ instrument: InstrumentIndex, into events: inout [Event])
}

extension BinanceFeed: FeedMachine {}

/// A feed machine as a session holds it: which one is the dialect's choice.
public protocol VenueFeed: AnyObject {
    /// What has come so far, over all instruments.
    var counters: FeedCounters { get }
    /// What has been done for the instrument at `slot`, a place in the list that the feed was made with.
    func summary(of slot: Int) -> FeedSummary
    /// Takes a message of the stream.
    func received(_ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]) -> FeedOutcome
    /// Takes the body of a reply to a request for a snapshot.
    func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome
    /// A request for a snapshot came to nothing: asks again where one is still needed.
    func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome
    /// The connection is gone: every book is lost until the next connection's snapshots.
    func disconnected(into events: inout [Event])
    /// The engine lost faith in a book: it is lost here too, and a snapshot is asked for.
    func resnapshot(_ instrument: InstrumentIndex, into events: inout [Event]) -> FeedOutcome
    /// Nobody needs the instrument any more, or its subscription has ended: its book is lost, and none is asked for.
    func dropped(_ instrument: InstrumentIndex, into events: inout [Event])
}

/// The owner of a feed machine.
public final class OwnedFeed<Machine: FeedMachine & ~Copyable>: VenueFeed {
    private var machine: Machine

    /// Owns `machine`.
    public init(_ machine: consuming Machine) { self.machine = machine }

    /// As the machine has it.
    public var counters: FeedCounters { self.machine.counters }
    /// As the machine has it.
    public func summary(of slot: Int) -> FeedSummary { self.machine.summary(of: slot) }
    /// As the machine takes it.
    public func received(_ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]) -> FeedOutcome {
        self.machine.received(bytes, at: time, into: &events)
    }
    /// As the machine takes it.
    public func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.machine.receivedSnapshot(of: instrument, bytes, at: time, into: &events)
    }
    /// As the machine takes it.
    public func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome {
        self.machine.snapshotFailed(of: instrument)
    }
    /// As the machine takes it.
    public func disconnected(into events: inout [Event]) { self.machine.disconnected(into: &events) }
    /// As the machine takes it.
    public func resnapshot(_ instrument: InstrumentIndex, into events: inout [Event]) -> FeedOutcome {
        self.machine.resnapshot(instrument, into: &events)
    }
    /// As the machine takes it.
    public func dropped(_ instrument: InstrumentIndex, into events: inout [Event]) {
        self.machine.dropped(instrument, into: &events)
    }
}
