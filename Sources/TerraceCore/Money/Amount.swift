/// An amount of one coin, in 10^-20 of it: the common measure of balances, fees and profit over all pairs.
///
/// An `Int128` holds 1.7 * 10^18 whole coins at this scale, and every notional whose two exponents sum to -20 or more
/// converts to it exactly (`Units.init` refuses finer pairs).
public struct Amount: Hashable, Comparable, Sendable {
    /// The count of 10^-20 of a coin. Negative amounts are debts, losses or rebates, as the place says.
    public var units: Int128

    /// An amount of `units` times 10^-20 of a coin.
    public init(units: Int128) { self.units = units }

    /// Nothing.
    public static let zero = Amount(units: 0)

    /// The decimal exponent of the unit.
    public static let exponent = -20

    /// Orders by the count.
    public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }
    /// The sum; traps on overflow, which the input limits rule out.
    public static func + (left: Amount, right: Amount) -> Amount { Amount(units: left.units + right.units) }
    /// The difference; traps on overflow, which the input limits rule out.
    public static func - (left: Amount, right: Amount) -> Amount { Amount(units: left.units - right.units) }
    /// Adds; traps on overflow, which the input limits rule out.
    public static func += (left: inout Amount, right: Amount) { left.units += right.units }
    /// Subtracts; traps on overflow, which the input limits rule out.
    public static func -= (left: inout Amount, right: Amount) { left.units -= right.units }
    /// The negative.
    public static prefix func - (amount: Amount) -> Amount { Amount(units: -amount.units) }
}
