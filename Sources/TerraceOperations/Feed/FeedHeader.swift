/// A pair as a feed's header names it.
public struct FeedPair: Equatable, Sendable {
    /// `BASE/QUOTE`, at most 16 bytes of ASCII.
    public var symbol: String
    /// The price step in 10^-8.
    public var tick: Int64
    /// The quantity step in 10^-8.
    public var lot: Int64

    /// A pair with its steps.
    public init(symbol: String, tick: Int64, lot: Int64) {
        self.symbol = symbol
        self.tick = tick
        self.lot = lot
    }
}

/// What a feed's first bytes say.
public struct FeedHeader: Equatable, Sendable {
    /// The pairs, 1 to 65,535.
    public var pairs: [FeedPair]
    /// How many venues, 1 to 64.
    public var venues: Int
    /// How many records the file holds.
    public var records: Int
    /// How many of them are snapshot records; these come first.
    public var snapshots: Int
    /// The seed it was made from.
    public var seed: UInt64
    /// Nanoseconds since 1970.
    public var start: UInt64
    /// The largest number of levels a side.
    public var depth: Int

    /// Bytes before the first record.
    public var byteCount: Int { 64 + 32 * self.pairs.count }

    /// A header; the counts may be filled in later.
    public init(
        pairs: [FeedPair], venues: Int, records: Int = 0, snapshots: Int = 0, seed: UInt64 = 0, start: UInt64 = 0,
        depth: Int = 0
    ) {
        self.pairs = pairs
        self.venues = venues
        self.records = records
        self.snapshots = snapshots
        self.seed = seed
        self.start = start
        self.depth = depth
    }

    /// The header's bytes, little-endian.
    public var bytes: [UInt8] {
        var bytes = Array("TERRFEED".utf8)
        func put(_ value: UInt64, _ count: Int) {
            for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
        }
        put(1, 4)
        put(32, 4)
        put(UInt64(self.pairs.count), 4)
        put(UInt64(self.venues), 4)
        put(UInt64(self.records), 8)
        put(UInt64(self.snapshots), 8)
        put(self.seed, 8)
        put(self.start, 8)
        put(UInt64(self.depth), 4)
        put(0, 4)
        for pair in self.pairs {
            let symbol = Array(pair.symbol.utf8.prefix(16))
            bytes += symbol + Array(repeating: 0, count: 16 - symbol.count)
            put(UInt64(bitPattern: pair.tick), 8)
            put(UInt64(bitPattern: pair.lot), 8)
        }
        return bytes
    }
}
