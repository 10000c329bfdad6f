/// The trades that have been booked, so that each is booked once: the last `capacity` of a shard, by instrument and number.
///
/// Open addressing with the slots of a ring beside it; when it is full the oldest is forgotten. O(1), allocates once.
public struct SeenTrades: ~Copyable {
    private struct Key: Equatable {
        var trade: UInt64
        var instrument: UInt32
    }
    private let capacity: Int
    private let mask: Int
    private var table: [Int32]  // Position in the ring, or -1.
    private var ring: [Key]
    private var oldest = 0

    /// Remembers `capacity` trades.
    ///
    /// - Precondition: `capacity` is within `1...2^24`.
    public init(capacity: Int) {
        precondition(capacity >= 1 && capacity <= 1 << 24, "between one and 2^24 trades are remembered")
        self.capacity = capacity
        var size = 4
        while size < capacity * 2 { size *= 2 }
        self.mask = size - 1
        self.table = Array(repeating: -1, count: size)
        self.ring = []
        self.ring.reserveCapacity(capacity)
    }

    /// Remembers a trade.
    ///
    /// - Returns: false where it is remembered already.
    public mutating func insert(_ trade: UInt64, _ instrument: InstrumentIndex) -> Bool {
        let key = Key(trade: trade, instrument: instrument.raw)
        var place = self.home(key)
        while self.table[place] >= 0 {
            if self.ring[Int(self.table[place])] == key { return false }
            place = (place + 1) & self.mask
        }
        if self.ring.count < self.capacity {
            self.table[place] = Int32(truncatingIfNeeded: self.ring.count)
            self.ring.append(key)
        } else {
            self.forget(self.ring[self.oldest])
            self.ring[self.oldest] = key
            place = self.home(key)
            while self.table[place] >= 0 { place = (place + 1) & self.mask }
            self.table[place] = Int32(truncatingIfNeeded: self.oldest)
            self.oldest = (self.oldest + 1) % self.capacity
        }
        return true
    }

    private func home(_ key: Key) -> Int {
        var bits = key.trade &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(key.instrument) &* 0xC2B2_AE3D_27D4_EB4F
        bits ^= bits >> 29
        return Int(truncatingIfNeeded: bits &* 0xBF58_476D_1CE4_E5B9 >> 32) & self.mask
    }

    /// Removes by shifting back what follows, so that no tombstones pile up.
    private mutating func forget(_ key: Key) {
        var place = self.home(key)
        while self.table[place] >= 0, self.ring[Int(self.table[place])] != key { place = (place + 1) & self.mask }
        if self.table[place] < 0 { return }
        var next = (place + 1) & self.mask
        while self.table[next] >= 0 {
            let wanted = self.home(self.ring[Int(self.table[next])])
            if (next &- wanted) & self.mask >= (next &- place) & self.mask {
                self.table[place] = self.table[next]
                place = next
            }
            next = (next + 1) & self.mask
        }
        self.table[place] = -1
    }
}
