/// The place of a venue in the tables of a shard, and its bit in a `VenueSet`. Given at registration, below 64.
public struct VenueIndex: Hashable, Comparable, Sendable {
    /// The dense index, within `0..<64`.
    public let raw: UInt8
    /// The venue at `raw`.
    public init(_ raw: UInt8) { self.raw = raw }
    /// The index as an array wants it.
    public var index: Int { Int(self.raw) }
    /// Orders by the count.
    public static func < (left: VenueIndex, right: VenueIndex) -> Bool { left.raw < right.raw }
}

/// The place of a coin in the tables of a shard.
public struct AssetIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt16
    /// The coin at `raw`.
    public init(_ raw: UInt16) { self.raw = raw }
    /// The index as an array wants it.
    public var index: Int { Int(self.raw) }
}

/// The place of a pair in the tables of a shard.
public struct PairIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt32
    /// The pair at `raw`.
    public init(_ raw: UInt32) { self.raw = raw }
    /// The index as an array wants it.
    public var index: Int { Int(self.raw) }
}

/// The place of an instrument (one pair on one venue) in the tables of a shard.
public struct InstrumentIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt32
    /// The instrument at `raw`.
    public init(_ raw: UInt32) { self.raw = raw }
    /// The index as an array wants it.
    public var index: Int { Int(self.raw) }
}

/// The place of a strategy in the tables of a shard. Reused after the strategy has been removed.
public struct StrategyIndex: Hashable, Sendable {
    /// The dense index.
    public let raw: UInt32
    /// The strategy at `raw`.
    public init(_ raw: UInt32) { self.raw = raw }
    /// The index as an array wants it.
    public var index: Int { Int(self.raw) }
}
