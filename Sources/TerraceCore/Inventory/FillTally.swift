/// A digest of fills: two sides that have booked the same ones, in whatever order, have equal tallies.
///
/// Each fill is hashed with the order it belongs to, and the hashes are added up, so that the order of arrival does not count
/// and a fill too few is not made good by another too many. It is not made to withstand somebody who wants a collision.
public struct FillTally: Sendable, Equatable {
    /// How many fills there were.
    public private(set) var count: UInt64 = 0
    /// The sum of their hashes, modulo 2^64.
    public private(set) var digest: UInt64 = 0

    /// No fill.
    public init() {}

    /// The tally of fills that were written down.
    public init(count: UInt64, digest: UInt64) {
        self.count = count
        self.digest = digest
    }

    /// Takes in a fill of `order`.
    ///
    /// - Complexity: O(1); does not allocate.
    public mutating func book(_ fill: Fill, of order: ClientOrderID) {
        var hash = StateHash()
        hash.combine(order.high)
        hash.combine(order.low)
        hash.combine(fill.trade)
        hash.combine(fill.side.index)
        hash.combine(fill.price.units)
        hash.combine(fill.quantity.units)
        hash.combine(fill.fee.units)
        hash.combine(fill.feeAsset.index)
        self.count &+= 1
        self.digest &+= hash.value
    }

    /// The tally of the fills of both.
    public static func + (left: FillTally, right: FillTally) -> FillTally {
        var sum = left
        sum.count &+= right.count
        sum.digest &+= right.digest
        return sum
    }
}
