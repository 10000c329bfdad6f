/// A price, as a count of its pair's price unit (10^-8 of the quote coin by default).
///
/// Prices of different pairs may have different units; only `Units` knows them. A price is never a float.
public struct Price: Hashable, Comparable, Sendable {
    /// The count of price units. Inputs are held within `0...Price.limit` where they are parsed.
    public var units: Int64

    /// A price of `units` price units.
    public init(units: Int64) { self.units = units }

    /// No price at all. Never a price to trade at.
    public static let zero = Price(units: 0)

    /// The largest price that is let in: 2^56 units, which is 720,575,940 at eight decimals.
    ///
    /// With quantities under the same limit one product is below 2^112, so that 32,768 of them can be summed in an
    /// `Int128`, and the quantities of all 64 venues at one price still fit an `Int64`.
    public static let limit: Int64 = 1 << 56

    /// Orders by the count.
    public static func < (left: Price, right: Price) -> Bool { left.units < right.units }
}
