/// What is wrong with a number that came from outside.
public enum MoneyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is empty or is not a plain decimal number such as `12.5`.
    case notADecimal
    /// The number has digits below the unit; they are never rounded away.
    case finerThanUnit(exponent: Int)
    /// The number is larger than what is let in.
    case tooLarge
    /// The exponents of a pair's units are out of range.
    case unitsOutOfRange(priceExponent: Int, quantityExponent: Int)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .notADecimal:
            "is not a decimal number: write digits with at most one point, such as 12.5"
        case .finerThanUnit(let exponent):
            "has digits below 10^\(exponent), the unit of its pair: give the pair a finer unit, or fewer digits"
        case .tooLarge:
            "is too large for the unit of its pair: give the pair a coarser unit"
        case .unitsOutOfRange(let price, let quantity):
            "units 10^\(price) and 10^\(quantity) are out of range: price 10^-18 to 10^0, quantity 10^-18 to 10^6, "
                + "and together not below 10^-20"
        }
    }
}
