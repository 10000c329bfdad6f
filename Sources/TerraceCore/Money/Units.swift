/// The units in which one pair counts prices and quantities, as powers of ten.
public struct Units: Hashable, Sendable {
    /// The price unit is 10 to this power of the quote coin. Within `-18...0`.
    public let priceExponent: Int
    /// The quantity unit is 10 to this power of the base coin. Within `-18...6`.
    public let quantityExponent: Int
    /// What one unit of notional is in units of `Amount`: 10 to the power (price + quantity exponent + 20).
    public let amountPerNotional: Int128
    /// What one unit of quantity is in units of `Amount`.
    public let amountPerQuantity: Int128

    /// The units 10^`priceExponent` and 10^`quantityExponent`.
    ///
    /// - Throws: `MoneyError.unitsOutOfRange` where an exponent is outside its range, or where the two sum to less than
    ///   -20, so that a notional would not be a whole `Amount`.
    public init(priceExponent: Int = -8, quantityExponent: Int = -8) throws(MoneyError) {
        guard (-18...0).contains(priceExponent), (-18...6).contains(quantityExponent),
            priceExponent + quantityExponent >= Amount.exponent
        else {
            throw .unitsOutOfRange(priceExponent: priceExponent, quantityExponent: quantityExponent)
        }
        self.priceExponent = priceExponent
        self.quantityExponent = quantityExponent
        self.amountPerNotional = DecimalText.powerOfTen(priceExponent + quantityExponent - Amount.exponent)
        self.amountPerQuantity = DecimalText.powerOfTen(quantityExponent - Amount.exponent)
    }

    private init(standard: Void) {
        self.priceExponent = -8
        self.quantityExponent = -8
        self.amountPerNotional = 10_000
        self.amountPerQuantity = 1_000_000_000_000
    }

    /// Eight decimals for both, what most venues quote in.
    public static let standard = Units(standard: ())

    /// `notional` as an amount of the quote coin, exact.
    ///
    /// A notional is below 2^112 under the input limits; times 10^20 at most (2^67) it may pass `Int128` only for
    /// amounts above 1.7 * 10^18 coins, which saturate.
    public func amount(of notional: Notional) -> Amount {
        let (product, overflow) = notional.units.multipliedReportingOverflow(by: self.amountPerNotional)
        return Amount(units: overflow ? (notional.units < 0 ? .min : .max) : product)
    }

    /// `quantity` as an amount of the base coin, exact; saturates like `amount(of:)` for notionals.
    public func amount(of quantity: Quantity) -> Amount {
        let (product, overflow) = Int128(quantity.units).multipliedReportingOverflow(by: self.amountPerQuantity)
        return Amount(units: overflow ? (quantity.units < 0 ? .min : .max) : product)
    }
}
