/// A quantity of the base coin, as a count of its pair's quantity unit (10^-8 of the base coin by default).
public struct Quantity: Hashable, Comparable, Sendable {
    /// The count of quantity units. Inputs are held within `0...Quantity.limit`; positions may be negative.
    public var units: Int64

    /// A quantity of `units` quantity units.
    public init(units: Int64) { self.units = units }

    /// Nothing.
    public static let zero = Quantity(units: 0)

    /// The largest quantity that is let in: 2^56 units. See `Price.limit` for what this proves.
    public static let limit: Int64 = 1 << 56

    /// Orders by the count.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.units < right.units }
    /// The sum; traps on overflow, which the input limits rule out.
    public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units + right.units)
    }
    /// The difference; traps on overflow, which the input limits rule out.
    public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units - right.units)
    }
    /// Adds; traps on overflow, which the input limits rule out.
    public static func += (left: inout Quantity, right: Quantity) { left.units += right.units }
    /// Subtracts; traps on overflow, which the input limits rule out.
    public static func -= (left: inout Quantity, right: Quantity) { left.units -= right.units }
    /// The negative.
    public static prefix func - (quantity: Quantity) -> Quantity { Quantity(units: -quantity.units) }
}
