public import TerraceCore

/// How decimal text becomes a count of 10^`exponent`: the unit of a pair's prices or quantities, with what the fast
/// reader needs worked out beforehand.
public struct DecimalUnit: Hashable, Sendable {
    /// The unit is 10 to this power. Within `-18...6`, as `Units` has it.
    public let exponent: Int
    /// The largest count that is let in.
    public let limit: Int64
    /// Whether the fast reader can take numbers of this unit: it has decimals, or is 1.
    let isFast: Bool
    /// The first min(decimals, 8) bytes of a word: the decimals that the fast reader takes.
    let fractionMask: UInt64
    /// How far those are moved up so that they end in the highest byte.
    let fractionShift: UInt64
    /// 10 to the power min(decimals, 8): what a whole is in the decimals that the fast reader takes.
    let wholeFactor: Int64
    /// 10 to the power of the decimals beyond eight, at most 10^10; 1 for most units.
    let fineFactor: Int64

    /// The unit 10^`exponent`, numbers of which may be `limit` units at most.
    ///
    /// - Precondition: `exponent` is within `-18...6` and `limit` within `0...2^62`, which `Units`, `Price.limit` and
    ///   `Quantity.limit` hold.
    public init(exponent: Int, limit: Int64) {
        precondition((-18...6).contains(exponent) && limit >= 0 && limit <= 1 << 62, "a unit is 10^-18 to 10^6")
        self.exponent = exponent
        self.limit = limit
        let decimals = max(0, -exponent)
        let taken = min(decimals, 8)
        self.isFast = exponent <= 0
        self.fractionMask = taken == 8 ? .max : (1 << UInt64(taken * 8)) - 1
        self.fractionShift = taken == 0 ? 0 : UInt64(64 - taken * 8)
        self.wholeFactor = Int64(DecimalText.powerOfTen(taken))
        self.fineFactor = Int64(DecimalText.powerOfTen(decimals - taken))
    }

    /// The unit of prices in `units`.
    public init(priceOf units: Units) { self.init(exponent: units.priceExponent, limit: Price.limit) }

    /// The unit of quantities in `units`.
    public init(quantityOf units: Units) { self.init(exponent: units.quantityExponent, limit: Quantity.limit) }
}
