/// How long messages take between us and a venue, each way.
public struct Latency: Sendable {
    /// The least, in nanoseconds.
    public var baseNanoseconds: Int64
    /// The mean of the exponential jitter on top, in nanoseconds.
    public var jitterNanoseconds: Int64

    /// `baseNanoseconds` and an exponential jitter.
    public init(baseNanoseconds: Int64 = 800_000, jitterNanoseconds: Int64 = 200_000) {
        self.baseNanoseconds = baseNanoseconds
        self.jitterNanoseconds = jitterNanoseconds
    }
}

/// What goes wrong on the way, as probabilities of each message. All zero by default.
public struct Faults: Sendable {
    /// A command never reaches the venue.
    public var lostCommand = 0.0
    /// A report other than a fill never reaches us.
    public var lostReport = 0.0
    /// A report reaches us twice.
    public var doubledReport = 0.0
    /// A report takes this much longer, and what is behind it in the stream with it.
    public var slowReport = 0.0
    /// How much longer, in nanoseconds.
    public var slowNanoseconds: Int64 = 3_000_000_000
    /// A depth message is lost: the book is, until the next snapshot.
    public var gap = 0.0
    /// A connection drops, counted per command; it comes back after a second.
    public var drop = 0.0

    /// None.
    public init() {}
}

/// A first-in first-out queue in one array that is reused.
struct Conveyor<Element> {
    private var items: [Element] = []
    private var head = 0

    var isEmpty: Bool { self.head == self.items.count }
    var first: Element? { self.isEmpty ? nil : self.items[self.head] }

    mutating func append(_ element: Element) { self.items.append(element) }

    mutating func removeFirst() {
        self.head += 1
        if self.head == self.items.count {
            self.items.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > 1_024, self.head * 2 > self.items.count {
            self.items.removeFirst(self.head)
            self.head = 0
        }
    }
}
