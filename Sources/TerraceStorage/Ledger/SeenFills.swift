/// The trades of ours that were booked last, each by its instrument's place in the ledger and its number.
struct SeenFills: Sendable, Equatable {
    struct Key: Hashable, Sendable {
        var instrument: UInt32
        var trade: UInt64
    }

    /// As many as an engine remembers.
    static let capacity = 65_536

    private var known: Set<Key> = []
    private var ring: [Key] = []
    private var oldest = 0

    var count: Int { self.ring.count }

    /// The trades, oldest first.
    var all: [Key] { Array(self.ring[self.oldest...]) + Array(self.ring[..<self.oldest]) }

    /// Remembers a trade; when there are too many, the oldest is forgotten.
    ///
    /// - Returns: false where it is remembered already.
    mutating func insert(_ key: Key) -> Bool {
        guard self.known.insert(key).inserted else { return false }
        if self.ring.count < Self.capacity {
            self.ring.append(key)
        } else {
            self.known.remove(self.ring[self.oldest])
            self.ring[self.oldest] = key
            self.oldest = (self.oldest + 1) % Self.capacity
        }
        return true
    }
}
