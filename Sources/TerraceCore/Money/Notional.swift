/// A price times a quantity, exact, in the product of the pair's two units (10^-16 of the quote coin by default).
public struct Notional: Hashable, Comparable, Sendable {
    /// The count of price units times quantity units.
    public var units: Int128

    /// A notional of `units` products of the pair's units.
    public init(units: Int128) { self.units = units }

    /// Nothing.
    public static let zero = Notional(units: 0)

    /// The exact value of `quantity` at `price`.
    ///
    /// One product is below 2^126 whatever the operands and always fits; under the input limits it is below 2^112.
    public init(of quantity: Quantity, at price: Price) {
        self.units = Int128(price.units) * Int128(quantity.units)
    }

    /// Orders by the count.
    public static func < (left: Notional, right: Notional) -> Bool { left.units < right.units }
    /// The sum; traps on overflow, which the input limits rule out.
    public static func + (left: Notional, right: Notional) -> Notional {
        Notional(units: left.units + right.units)
    }
    /// The difference; traps on overflow, which the input limits rule out.
    public static func - (left: Notional, right: Notional) -> Notional {
        Notional(units: left.units - right.units)
    }
    /// Adds; traps on overflow, which the input limits rule out.
    public static func += (left: inout Notional, right: Notional) { left.units += right.units }
    /// Subtracts; traps on overflow, which the input limits rule out.
    public static func -= (left: inout Notional, right: Notional) { left.units -= right.units }
    /// The negative.
    public static prefix func - (notional: Notional) -> Notional { Notional(units: -notional.units) }
}
