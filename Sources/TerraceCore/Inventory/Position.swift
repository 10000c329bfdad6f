/// The coin in which a fee was charged, as a position sees it.
public enum FeeKind: Sendable, Equatable {
    /// The coin that is traded: the fee changes the position.
    case base
    /// The coin it is priced in: the fee is an expense.
    case quote
    /// Another coin: counted apart, in the balances.
    case third(AssetIndex)
}

/// What a strategy holds, on one venue or in total, by average cost; moved by fills only.
///
/// Adding moves the average, reducing realises profit, crossing zero starts anew. All of it is integers, and nothing is lost:
/// realised profit - cost of what is open - expensed fees is the cash that came in, exactly.
public struct Position: Sendable {
    /// What is held; negative when short.
    public private(set) var quantity = Quantity.zero
    /// What the open position cost; negative when short.
    public private(set) var cost = Notional.zero
    /// Profit from reductions, before fees.
    public private(set) var realised = Notional.zero
    /// Fees in the quote coin, those in the base coin at the price of their fill included; negative for rebates.
    public private(set) var fees = Amount.zero
    /// Fees in third coins, by coin, in the order in which they first came; for the record, not in the profit.
    public private(set) var thirdFees: [(asset: AssetIndex, amount: Amount)] = []
    /// Bought and sold, in the quote coin.
    public private(set) var volume = Notional.zero
    /// Base-coin fees below one quantity unit, kept until they make a whole one.
    public private(set) var feeRemainder = Amount.zero

    /// Nothing held.
    public init() {}

    /// What was held, as it was written down: every part as the property of the same name has it.
    ///
    /// Quantities are within plus or minus 2^61, as bookings leave them.
    public init(
        quantity: Quantity, cost: Notional, realised: Notional, fees: Amount,
        thirdFees: [(asset: AssetIndex, amount: Amount)], volume: Notional, feeRemainder: Amount
    ) {
        self.quantity = quantity
        self.cost = cost
        self.realised = realised
        self.fees = fees
        self.thirdFees = thirdFees
        self.volume = volume
        self.feeRemainder = feeRemainder
    }

    /// Books a fill.
    public mutating func book(_ fill: Fill, units: Units, fee: FeeKind) {
        self.volume += Notional(of: fill.quantity, at: fill.price)
        var change = fill.side.sign * fill.quantity.units
        switch fee {
        case .quote:
            self.fees += fill.fee
        case .third(let asset):
            if let place = self.thirdFees.firstIndex(where: { $0.asset == asset }) {
                self.thirdFees[place].amount += fill.fee
            } else {
                self.thirdFees.append((asset, fill.fee))
            }
        case .base:
            // The venue takes the fee out of the coins: of a buy less arrives, of a sale more leaves. The coins are valued at
            // the fill's price as an expense, so that cash and coins both add up.
            let owed = self.feeRemainder.units + fill.fee.units
            var whole = owed / units.amountPerQuantity
            if owed % units.amountPerQuantity < 0 { whole -= 1 }
            self.feeRemainder = Amount(units: owed - whole * units.amountPerQuantity)
            let taken = Int64(truncatingIfNeeded: max(-Int128(Quantity.limit), min(Int128(Quantity.limit), whole)))
            change -= taken
            self.fees += units.amount(of: Notional(of: Quantity(units: taken), at: fill.price))
        }
        self.move(by: change, at: fill.price)
    }

    /// Starts with `quantity` as if bought at `price`.
    public mutating func seed(quantity: Quantity, at price: Price) { self.move(by: quantity.units, at: price) }

    private mutating func move(by change: Int64, at price: Price) {
        // Positions beyond 2^61 units are held there: 32 times the largest order that is let in.
        var change = max(-(1 << 61) - min(0, self.quantity.units), min((1 << 61) - max(0, self.quantity.units), change))
        let held = self.quantity.units
        if held != 0, (held < 0) != (change < 0), change != 0 {
            let sign: Int64 = held < 0 ? -1 : 1
            let closing = min(abs(change), abs(held))
            let portion = Self.share(of: self.cost.units, closing, abs(held))
            self.realised.units += Int128(sign * closing) * Int128(price.units) - portion
            self.cost.units -= portion
            self.quantity.units -= sign * closing
            change += sign * closing
        }
        if change != 0 {
            self.quantity.units += change
            self.cost.units += Int128(change) * Int128(price.units)
        }
    }

    /// `cost` x `part` / `whole`, rounded up, so that realised profit is never overstated; the rest stays in the cost.
    ///
    /// With cost = a x whole + r both a x part (at most the cost) and r x part (below 2^122) fit.
    private static func share(of cost: Int128, _ part: Int64, _ whole: Int64) -> Int128 {
        let (quotient, remainder) = cost.quotientAndRemainder(dividingBy: Int128(whole))
        let rest = remainder * Int128(part)
        let (restQuotient, restRemainder) = rest.quotientAndRemainder(dividingBy: Int128(whole))
        return quotient * Int128(part) + restQuotient + (restRemainder > 0 ? 1 : 0)
    }

    /// The average cost, rounded down for a bid's bound and up for an ask's; nil when flat.
    public func averagePrice(roundedFor side: Side) -> Price? {
        if self.quantity.units == 0 { return nil }
        let (quotient, remainder) = self.cost.units.quotientAndRemainder(dividingBy: Int128(self.quantity.units))
        if quotient <= 0 || quotient >= Int128(Price.limit) { return nil }
        return Price(units: Int64(quotient) + (side == .ask && remainder != 0 ? 1 : 0))
    }

    /// What closing at `price` would realise.
    public func unrealised(at price: Price) -> Notional {
        Notional(of: self.quantity, at: price) - self.cost
    }

    /// Realised and unrealised profit less fees, in the quote coin; fees in third coins are not in it.
    public func profit(at price: Price, units: Units) -> Amount {
        units.amount(of: self.realised + self.unrealised(at: price)) - self.fees
    }
}
