/// The 128 bits by which an order of ours is known, here and at the venue.
///
/// From the most significant bit: instance (32: which engine, so that two never touch each other's orders), strategy
/// (32: a hash of the strategy's id that survives a restart), slot (16), sequence (48: counts up over the life of the
/// instance, seeded from the clock at start so that a restart never repeats one).
public struct ClientOrderID: Hashable, Sendable {
    /// Instance and strategy.
    public let high: UInt64
    /// Slot and sequence.
    public let low: UInt64

    /// Where a run that starts at `moment` begins to count: milliseconds since 1970 times 64.
    ///
    /// 48 bits hold that until the year 2109, and a run repeats none of an earlier one's numbers while that has sent fewer
    /// than 64,000 orders a second over its life.
    public static func firstSequence(at moment: Timestamp) -> UInt64 {
        UInt64(bitPattern: max(0, moment.nanoseconds / 1_000_000)) &* 64 & 0xFFFF_FFFF_FFFF
    }

    /// The id of the given parts. `sequence` is taken modulo 2^48.
    public init(instance: UInt32, strategy: UInt32, slot: UInt16, sequence: UInt64) {
        self.high = UInt64(instance) << 32 | UInt64(strategy)
        self.low = UInt64(slot) << 48 | (sequence & 0xFFFF_FFFF_FFFF)
    }

    /// The id with these bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// No order: all bits zero.
    public static let none = ClientOrderID(high: 0, low: 0)

    /// The engine that sent the order.
    public var instance: UInt32 { UInt32(truncatingIfNeeded: self.high >> 32) }
    /// The hash of the id of the strategy that wanted the order.
    public var strategy: UInt32 { UInt32(truncatingIfNeeded: self.high) }
    /// The slot within the strategy.
    public var slot: UInt16 { UInt16(truncatingIfNeeded: self.low >> 48) }
    /// The count that makes the id unique.
    public var sequence: UInt64 { self.low & 0xFFFF_FFFF_FFFF }
}
