import TerraceCore

/// A pair with its units and rules, while strategies are bound to it.
struct BoundPair {
    let symbol: String
    let units: Units
    /// About where it trades; zero where nothing tells.
    let price: Price
    /// Whether its rules come from a venue's list, not from the file.
    let isListed: Bool
    /// Where the file speaks of it, if it does.
    let pairPlace: Place?
    let definition: PairDefinition

    /// What a number of the file measures.
    enum Measure {
        case price
        case quantity
        case notional
    }

    /// `decimal` as a count of its unit; nil, and reported, where it does not fit.
    func count(_ decimal: ConfiguredDecimal, _ measure: Measure, _ findings: Findings) -> Int128? {
        guard decimal.isGiven else { return nil }
        let (exponent, limit, word, key): (Int, Int128, String, String) =
            switch measure {
            case .price: (self.units.priceExponent, Int128(Price.limit), "price", "price_decimals")
            case .quantity: (self.units.quantityExponent, Int128(Quantity.limit), "quantity", "quantity_decimals")
            case .notional:
                (
                    self.units.priceExponent + self.units.quantityExponent, 1 << 112, "notional",
                    "quantity_decimals"
                )
            }
        do throws(MoneyError) {
            return try decimal.count(exponent: exponent, limit: limit)
        } catch {
            let unit = "10^\(exponent), the \(word) unit of \(self.symbol)"
            switch error {
            case .finerThanUnit:
                let remedy = self.isListed ? "" : ", or the pair more \"\(key)\""
                findings.error(
                    decimal.place,
                    "\(decimal.name) is \(decimal.text), finer than \(unit): give it fewer digits\(remedy)")
            case .tooLarge, .notADecimal, .unitsOutOfRange:
                let remedy = self.isListed ? "give a smaller one" : "give the pair fewer \"\(key)\""
                findings.error(decimal.place, "\(decimal.name) is \(decimal.text), too large for \(unit): \(remedy)")
            }
            return nil
        }
    }

    func price(_ decimal: ConfiguredDecimal, _ findings: Findings) -> Price? {
        self.count(decimal, .price, findings).map { Price(units: Int64(truncatingIfNeeded: $0)) }
    }

    func quantity(_ decimal: ConfiguredDecimal, _ findings: Findings) -> Quantity? {
        self.count(decimal, .quantity, findings).map { Quantity(units: Int64(truncatingIfNeeded: $0)) }
    }

    func notional(_ decimal: ConfiguredDecimal, _ findings: Findings) -> Notional? {
        self.count(decimal, .notional, findings).map { Notional(units: $0) }
    }
}
