import HeapModule
import TerraceCore

/// The connection to one simulated venue: commands on their way there, the private and the public stream on their way here,
/// and the client's end of the public stream, which finds gaps by the sequence numbers and asks for snapshots.
struct Link {
    /// A private message under way. The stream keeps its order, but for messages that are held back.
    private struct PrivateRecord: Comparable {
        let at: Int64
        let sequence: UInt64
        let event: Event
        static func < (left: PrivateRecord, right: PrivateRecord) -> Bool {
            left.at == right.at ? left.sequence < right.sequence : left.at < right.at
        }
        static func == (left: PrivateRecord, right: PrivateRecord) -> Bool { left.sequence == right.sequence }
    }

    /// A client asks again for a snapshot that did not come within this.
    private static let patience: Int64 = 1_000_000_000

    /// What chance decides on this connection.
    var random: SeededGenerator
    /// Whether it is up.
    private(set) var isUp = true
    /// When it comes back, while it is down.
    private(set) var backAt = Int64.max

    private var commands = Conveyor<(at: Int64, command: Command)>()
    private var commandArrival = Int64.min

    private var privateStream = Heap<PrivateRecord>()
    private var privateArrival = Int64.min
    private var privateSequence: UInt64 = 0

    private var publicStream = Conveyor<(at: Int64, record: PublicRecord)>()
    private var publicArrival = Int64.min
    private var sequencers: [StreamSequencer]
    private var askedAt: [Int64]  // For a snapshot, while one is awaited.
    private(set) var gapsFound: UInt64 = 0
    private var isTaking = false  // Whether the message that is being read is wanted.

    /// A connection that is up from `start` on, and awaits the first snapshot of each of `instruments` instruments.
    init(random: SeededGenerator, instruments: Int, start: Timestamp) {
        self.random = random
        self.sequencers = Array(repeating: StreamSequencer(), count: instruments)
        self.askedAt = Array(repeating: start.nanoseconds, count: instruments)
    }

    /// When something happens next on this connection.
    var nextDue: Int64 {
        var due = self.backAt
        if let first = self.commands.first { due = min(due, first.at) }
        if let first = self.privateStream.min { due = min(due, first.at) }
        if let first = self.publicStream.first { due = min(due, first.at) }
        return due
    }

    /// Whether no command and no private message is under way.
    var isQuiet: Bool { self.isUp && self.commands.isEmpty && self.privateStream.isEmpty }

    // MARK: To the venue

    mutating func send(_ command: Command, at now: Timestamp, delay: Int64) {
        self.commandArrival = max(self.commandArrival, now.nanoseconds + delay)
        self.commands.append((self.commandArrival, command))
    }

    mutating func takeCommand(dueAt now: Int64) -> Command? {
        guard let first = self.commands.first, first.at <= now else { return nil }
        self.commands.removeFirst()
        return first.command
    }

    // MARK: Down and up

    /// The connection breaks: what the public stream had under way is gone, and the client notices at once.
    mutating func disconnect(_ venue: VenueIndex, at now: Timestamp, back: Int64) {
        self.isUp = false
        self.backAt = back
        self.publicStream.removeAll()
        self.isTaking = false
        for index in self.sequencers.indices {
            self.sequencers[index].reset()
        }
        self.notice(.connection(venue, .down), at: now)
    }

    mutating func reconnect(_ venue: VenueIndex, at now: Timestamp) {
        self.isUp = true
        self.backAt = .max
        // A venue sends a snapshot of each book to whoever subscribes.
        for index in self.askedAt.indices { self.askedAt[index] = now.nanoseconds }
        self.notice(.connection(venue, .up), at: now)
    }

    // MARK: The private stream

    /// Something that our end of the connection sees by itself, at once.
    private mutating func notice(_ event: Event, at now: Timestamp) {
        self.privateSequence += 1
        self.privateStream.insert(
            PrivateRecord(at: now.nanoseconds, sequence: self.privateSequence, event: event))
    }

    /// The venue sends a private message. One that is `held` back does not hold up those behind it.
    mutating func tell(_ event: Event, at now: Timestamp, delay: Int64, held: Int64 = 0) {
        var arrival = max(self.privateArrival, now.nanoseconds + delay)
        if !self.isUp { arrival = max(arrival, self.backAt + delay) }
        self.privateArrival = arrival
        self.privateSequence += 1
        self.privateStream.insert(
            PrivateRecord(at: arrival + held, sequence: self.privateSequence, event: event))
    }

    mutating func takeReport(dueAt now: Int64) -> Event? {
        guard let first = self.privateStream.min, first.at <= now else { return nil }
        return self.privateStream.popMin()?.event
    }

    // MARK: The public stream

    /// Everything that `publish` puts on the stream until the next call arrives together.
    mutating func beginPublishing(at now: Timestamp, delay: Int64) {
        self.publicArrival = max(self.publicArrival, now.nanoseconds + delay)
    }

    mutating func publish(_ record: PublicRecord) { self.publicStream.append((self.publicArrival, record)) }

    /// Reads what has come by `now` on the public stream, up to the end of a message.
    ///
    /// - Returns: an instrument of which a snapshot is to be asked for.
    mutating func read(dueAt now: Int64, into deliveries: inout [Delivery]) -> InstrumentIndex? {
        while let first = self.publicStream.first, first.at <= now {
            self.publicStream.removeFirst()
            let at = Timestamp(nanoseconds: first.at)
            switch first.record {
            case .depthBegan(let instrument, let local, let first, let last, let isSnapshot):
                let verdict = self.sequencers[local].began(first: first, last: last, isSnapshot: isSnapshot)
                self.isTaking = verdict == .apply || verdict == .replace
                if verdict == .replace {
                    self.askedAt[local] = .max
                    deliveries.append(Delivery(at: at, event: .market(.snapshotBegan(instrument))))
                } else if verdict == .gap {
                    self.askedAt[local] = now
                    self.gapsFound += 1
                    deliveries.append(Delivery(at: at, event: .market(.bookLost(instrument))))
                    return instrument
                } else if self.askedAt[local] != .max, now - self.askedAt[local] > Self.patience {
                    self.askedAt[local] = now
                    return instrument
                }
            case .level(let instrument, let side, let price, let quantity):
                if self.isTaking {
                    deliveries.append(Delivery(at: at, event: .market(.level(instrument, side, price, quantity))))
                }
            case .depthEnded(let instrument, let venueTime):
                if self.isTaking {
                    deliveries.append(
                        Delivery(at: at, event: .market(.messageEnded(instrument, venueTime: venueTime))))
                }
                self.isTaking = false
                return nil
            case .trade(let instrument, let aggressor, let price, let quantity, let venueTime, let id):
                deliveries.append(
                    Delivery(
                        at: at,
                        event: .market(
                            .trade(
                                instrument, aggressor: aggressor, price, quantity, venueTime: venueTime, id: id))))
            }
        }
        return nil
    }
}
