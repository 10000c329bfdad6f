/// A share of a price in 1/1000 of a basis point: 1 is 10^-7. Spreads, fees, drifts and tolerances are counted in it.
public struct Millibps: Hashable, Comparable, Sendable {
    /// The count of 10^-7. Fees may be negative (rebates).
    public var units: Int64

    /// `units` times 10^-7.
    public init(_ units: Int64) { self.units = units }

    /// The whole: 10^7 thousandths of a basis point are 1.
    public static let whole: Int64 = 10_000_000

    /// Nothing.
    public static let zero = Millibps(0)

    /// Orders by the count.
    public static func < (left: Millibps, right: Millibps) -> Bool { left.units < right.units }
}
