internal import TerraceCore

/// One instrument as a subscriber hears it.
struct HeardInstrument {
    /// Where it stands.
    enum State: UInt8, Hashable {
        /// Nobody wants it.
        case unsubscribed
        /// Its channel is not heard: subscribed to, and not confirmed, or the connection is down.
        case joining
        /// Its channel is heard; a snapshot is waited for.
        case synchronising
        /// The book is whole.
        case live
        /// Nothing that comes is taken in: its connection is read too late.
        case lost
    }
    /// The most bytes of messages kept while a stored book is fetched.
    static let mostKept = 65_536

    let instrument: BusInstrument
    let venue: Int
    let channel: Int
    let slot: Int
    /// How many want it.
    var wanters = 0
    var state = State.unsubscribed
    /// The engine was given a book, and not told that it is lost.
    var isShown = false
    /// Of the publisher that is followed; 0 where none is.
    var epoch: UInt64 = 0
    var sequence: UInt64 = 0
    /// The highest number of that publisher that was heard, whatever became of the message, and when.
    private(set) var highest: UInt64 = 0
    private var highestAt: Int64 = 0
    /// When it was heard last, by the way that its updates take, that the book is right.
    var heardAt: Int64 = 0
    /// When a snapshot is asked for, again; `.max` where none is wanted.
    var askDue: Int64 = .max
    var asks = 0
    /// Since when a snapshot is waited for.
    var waitsSince: Int64 = 0
    /// That the feed does not publish it was said.
    var isMissed = false
    /// A stored book that came, and waits for the update that follows it.
    var stored: [UInt8] = []
    /// Messages that came while the stored book was fetched, each with its length in front, in four bytes.
    var kept: [UInt8] = []

    init(_ instrument: BusInstrument, venue: Int, channel: Int) {
        self.instrument = instrument
        self.venue = venue
        self.channel = channel
        self.slot = HashSlot.of(BusNames.market(instrument.venue, instrument.symbol))
    }

    /// Keeps a message; false where too many are kept already.
    mutating func keep(_ bytes: Span<UInt8>) -> Bool {
        guard self.kept.count + bytes.count + 4 <= Self.mostKept else { return false }
        for shift in stride(from: 0, to: 32, by: 8) {
            self.kept.append(UInt8(truncatingIfNeeded: bytes.count >> shift))
        }
        for place in 0..<bytes.count { self.kept.append(bytes[place]) }
        return true
    }

    /// Follows another publisher, from its next snapshot on.
    mutating func follow(_ epoch: UInt64) {
        self.epoch = epoch
        self.sequence = 0
        self.highest = 0
        self.forget()
    }

    /// A message of this number was heard.
    mutating func hear(_ sequence: UInt64, at now: Int64) {
        if sequence < self.highest { return }
        self.highest = sequence
        self.highestAt = now
    }

    /// Whether a book of this number is known to be behind: a later message was heard. That counts for `limit`, beyond which
    /// nothing old is on its way any more: so a number that never was can't keep a book away for good.
    func isBehind(_ sequence: UInt64, at now: Int64, limit: Int64) -> Bool {
        sequence < self.highest && now - self.highestAt < limit
    }

    mutating func forget() {
        self.stored = []
        self.kept = []
    }
}
