/// Which instruments are needed and how urgently, by all who subscribe to them.
///
/// An instrument is followed while anybody subscribes to it, with the priority of its most urgent subscriber. What changes is
/// handed over by `nextChange`: an instrument waits there at most once, so that nothing grows, and what was undone before it
/// was handed over is not handed over at all. A subscriber is a number that its owner gives; those below `reserve` exist.
public struct SubscriptionRegistry: ~Copyable {
    /// What whoever brings market data is to do.
    public enum Change: Sendable, Equatable {
        /// The instrument is needed, so urgently; told again where only the priority is another.
        case follow(InstrumentIndex, Priority)
        /// Nobody needs it any more.
        case unfollow(InstrumentIndex)
    }

    private static let nobody: UInt32 = .max

    // Not private: in debug builds the compiler (6.3.1) fails on private element types of a generic owner in another file.
    struct Demand {
        /// How many subscribers of each priority.
        var counts = InlineArray<4, UInt32>(repeating: 0)
        /// The priority that was handed over last; zero where none was, or that nobody needs it.
        var told: UInt8 = 0
        var isWaiting = false
        var next = SubscriptionRegistry.nobody

        /// The most urgent priority wanted; zero where nobody wants it.
        var wanted: UInt8 {
            for place in 0..<4 where self.counts[place] > 0 { return UInt8(truncatingIfNeeded: place + 1) }
            return 0
        }
    }
    struct Subscription {
        let instrument: InstrumentIndex
        var priority: Priority
    }

    private var demands = FixedArray<Demand>()
    private var subscribers: [[Subscription]] = []  // In the order of the instruments.
    private var head = SubscriptionRegistry.nobody
    private var tail = SubscriptionRegistry.nobody
    /// How many instruments somebody subscribes to.
    public private(set) var followedCount = 0

    /// A registry without instruments and subscribers.
    public init() {}

    /// Makes room for instruments and subscribers with numbers below these.
    public mutating func reserve(instruments: Int, subscribers: Int) {
        self.demands.growAppending(repeating: Demand(), count: max(0, instruments - self.demands.count))
        while self.subscribers.count < subscribers { self.subscribers.append([]) }
    }

    // MARK: Subscribers

    /// `subscriber` needs `instrument`; once more, or with another priority, is no second subscription.
    ///
    /// - Complexity: O(log n) to find and O(n) to insert, of the subscriber's own subscriptions.
    public mutating func subscribe(_ subscriber: Int, _ instrument: InstrumentIndex, _ priority: Priority) {
        let (place, isThere) = self.place(of: instrument, subscriber)
        if isThere {
            let before = self.subscribers[subscriber][place].priority
            if before == priority { return }
            self.subscribers[subscriber][place].priority = priority
            self.count(instrument, before, by: -1)
        } else {
            self.subscribers[subscriber].insert(Subscription(instrument: instrument, priority: priority), at: place)
        }
        self.count(instrument, priority, by: 1)
    }

    /// `subscriber` no longer needs `instrument`; nothing where it did not.
    public mutating func unsubscribe(_ subscriber: Int, _ instrument: InstrumentIndex) {
        let (place, isThere) = self.place(of: instrument, subscriber)
        guard isThere else { return }
        let gone = self.subscribers[subscriber].remove(at: place)
        self.count(instrument, gone.priority, by: -1)
    }

    /// `subscriber` needs nothing any more.
    public mutating func unsubscribe(_ subscriber: Int) { self.set(subscriber, to: [], .low) }

    /// `subscriber` needs these instruments and no others, all with one priority.
    ///
    /// - Precondition: they are in the order of their indices, without doubles.
    public mutating func set(_ subscriber: Int, to instruments: [InstrumentIndex], _ priority: Priority) {
        let before = self.subscribers[subscriber]
        self.subscribers[subscriber] = instruments.map { Subscription(instrument: $0, priority: priority) }
        for instrument in instruments { self.count(instrument, priority, by: 1) }
        for subscription in before { self.count(subscription.instrument, subscription.priority, by: -1) }
    }

    /// What `subscriber` subscribes to, in the order of the instruments.
    public func instruments(of subscriber: Int) -> [InstrumentIndex] {
        self.subscribers[subscriber].map(\.instrument)
    }

    private func place(of instrument: InstrumentIndex, _ subscriber: Int) -> (place: Int, isThere: Bool) {
        var (low, high) = (0, self.subscribers[subscriber].count)
        while low < high {
            let middle = (low + high) / 2
            if self.subscribers[subscriber][middle].instrument.raw < instrument.raw {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let isThere =
            low < self.subscribers[subscriber].count && self.subscribers[subscriber][low].instrument == instrument
        return (low, isThere)
    }

    private mutating func count(_ instrument: InstrumentIndex, _ priority: Priority, by change: Int32) {
        let index = instrument.index
        let before = self.demands[index].wanted
        let count = Int64(self.demands[index].counts[priority.index]) + Int64(change)
        // A subscriber counts once, and is taken off only where it was counted.
        self.demands[index].counts[priority.index] = UInt32(clamping: count)
        let after = self.demands[index].wanted
        if before == after { return }
        if before == 0 { self.followedCount += 1 }
        if after == 0 { self.followedCount -= 1 }
        if self.demands[index].isWaiting { return }
        self.demands[index].isWaiting = true
        self.demands[index].next = Self.nobody
        if self.tail == Self.nobody {
            self.head = instrument.raw
        } else {
            self.demands[Int(self.tail)].next = instrument.raw
        }
        self.tail = instrument.raw
    }

    // MARK: Instruments

    /// How urgently `instrument` is needed, or nil where nobody needs it.
    ///
    /// - Complexity: O(1).
    public func priority(of instrument: InstrumentIndex) -> Priority? {
        Priority(rawValue: self.demands[instrument.index].wanted)
    }

    /// Whether `instrument` is needed, or was until a moment ago and nobody has been told yet: what comes of it counts.
    ///
    /// - Complexity: O(1).
    public func isFollowed(_ instrument: InstrumentIndex) -> Bool {
        self.demands[instrument.index].told != 0 || self.demands[instrument.index].wanted != 0
    }

    /// Whether `nextChange` may have something to hand over.
    public var hasChanges: Bool { self.head != Self.nobody }

    /// Takes the next change, the longest-waiting instrument first; nil where everything was handed over.
    ///
    /// - Complexity: O(1), amortised over those that turned out to be undone; does not allocate.
    public mutating func nextChange() -> Change? {
        while self.head != Self.nobody {
            let instrument = InstrumentIndex(self.head)
            let index = instrument.index
            self.head = self.demands[index].next
            if self.head == Self.nobody { self.tail = Self.nobody }
            self.demands[index].isWaiting = false
            let wanted = self.demands[index].wanted
            if wanted == self.demands[index].told { continue }
            self.demands[index].told = wanted
            guard let priority = Priority(rawValue: wanted) else { return .unfollow(instrument) }
            return .follow(instrument, priority)
        }
        return nil
    }

    /// Adds what decides its next changes.
    func hash(into hash: inout StateHash) {
        hash.combine(self.followedCount)
        for index in 0..<self.demands.count {
            hash.combine(UInt64(self.demands[index].told) << 8 | UInt64(self.demands[index].wanted))
        }
    }
}
