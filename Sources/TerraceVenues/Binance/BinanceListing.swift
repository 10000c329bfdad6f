import TerraceCore

/// One element of `symbols` of a list of instruments, as text, before its units are chosen.
struct BinanceListing {
    /// Why an instrument can't be traded.
    enum Refusal: Error, CustomStringConvertible {
        case missing(String)
        case impossible(String, MoneyError)
        case negative(String)
        case noUnits(price: Int, quantity: Int)

        var description: String {
            switch self {
            case .missing(let field): "\(field) is missing"
            case .impossible(let field, let error): "\(field) \(error)"
            case .negative(let field): "\(field) is below zero"
            case .noUnits(let price, let quantity):
                "no units hold a tick of 10^\(price) and a lot of 10^\(quantity) together"
            }
        }
    }

    var symbol = ""
    var baseAsset = ""
    var quoteAsset = ""
    var status = ""
    var contractType = ""
    /// For each list of kinds of orders that the element has, whether it names post-only ones.
    var kinds: [Bool] = []
    var tick: String?
    var highestPrice: String?
    var lot: String?
    var minimumQuantity: String?
    var maximumQuantity: String?
    var minimumNotional: String?

    // MARK: Reading

    /// Reads the element at `scanner`.
    mutating func read(_ bytes: Span<UInt8>, _ scanner: inout WireScanner) throws(WireError) {
        try scanner.take("{", bytes, else: .object)
        if scanner.takes("}", bytes) { return }
        repeat {
            let key = try scanner.key(bytes).string(in: bytes)
            switch key {
            case "symbol": self.symbol = try scanner.text(bytes).string(in: bytes)
            case "baseAsset": self.baseAsset = try scanner.text(bytes).string(in: bytes)
            case "quoteAsset": self.quoteAsset = try scanner.text(bytes).string(in: bytes)
            case "status": self.status = try scanner.text(bytes).string(in: bytes)
            case "contractType": self.contractType = try scanner.text(bytes).string(in: bytes)
            // Spot has a type of order for post-only, perpetuals a time in force.
            case "orderTypes": try self.readKinds("LIMIT_MAKER", bytes, &scanner)
            case "timeInForce": try self.readKinds("GTX", bytes, &scanner)
            case "filters": try self.readFilters(bytes, &scanner)
            default: try scanner.skipValue(bytes)
            }
        } while try scanner.continues(until: "}", bytes)
    }

    /// Reads a list of kinds of orders; one that has both lists, as perpetuals do, need only name post-only in one.
    private mutating func readKinds(
        _ wanted: StaticString, _ bytes: Span<UInt8>, _ scanner: inout WireScanner
    ) throws(WireError) {
        try scanner.take("[", bytes, else: .array)
        var isNamed = false
        if !scanner.takes("]", bytes) {
            repeat {
                if try scanner.text(bytes).equals(wanted, in: bytes) { isNamed = true }
            } while try scanner.continues(until: "]", bytes)
        }
        self.kinds.append(isNamed)
    }

    private mutating func readFilters(_ bytes: Span<UInt8>, _ scanner: inout WireScanner) throws(WireError) {
        try scanner.take("[", bytes, else: .array)
        if scanner.takes("]", bytes) { return }
        repeat { try self.readFilter(bytes, &scanner) } while try scanner.continues(until: "]", bytes)
    }

    /// Reads one filter: its type may stand before or after its numbers, so these are kept until the end.
    private mutating func readFilter(_ bytes: Span<UInt8>, _ scanner: inout WireScanner) throws(WireError) {
        var type = ""
        var numbers: [String: String] = [:]  // Looked up, never walked through.
        try scanner.take("{", bytes, else: .object)
        if scanner.takes("}", bytes) { return }
        repeat {
            let key = try scanner.key(bytes).string(in: bytes)
            scanner.skipBlanks(bytes)
            let isText = scanner.peek(bytes) == UInt8(ascii: "\"")
            let start = scanner.position
            try scanner.skipValue(bytes)
            let value = WireText(
                start: isText ? start + 1 : start, end: isText ? scanner.position - 1 : scanner.position,
                isEscaped: false
            ).string(in: bytes)
            if key == "filterType" { type = value } else if numbers.count < 16 { numbers[key] = value }
        } while try scanner.continues(until: "}", bytes)
        switch type {
        case "PRICE_FILTER":
            self.tick = numbers["tickSize"]
            self.highestPrice = numbers["maxPrice"]
        case "LOT_SIZE":
            self.lot = numbers["stepSize"]
            self.minimumQuantity = numbers["minQty"]
            self.maximumQuantity = numbers["maxQty"]
        case "NOTIONAL", "MIN_NOTIONAL":
            self.minimumNotional = numbers["minNotional"] ?? numbers["notional"]
        default: break
        }
    }

    // MARK: Rules

    /// The instrument in units of its own.
    ///
    /// - Throws: `Refusal` where a filter is missing, its number is none, or no units hold it.
    func instrument(
        _ market: BinanceMarket, makerFee: Millibps, takerFee: Millibps
    ) throws(Refusal) -> ListedInstrument {
        if self.symbol.isEmpty { throw .missing("symbol") }
        let tick = try Self.amount(self.tick, "PRICE_FILTER tickSize")
        let lot = try Self.amount(self.lot, "LOT_SIZE stepSize")
        let least = try Self.amount(self.minimumQuantity ?? "0", "LOT_SIZE minQty")
        let most = try Self.amount(self.maximumQuantity ?? "0", "LOT_SIZE maxQty")
        let highest = try Self.amount(self.highestPrice ?? "0", "PRICE_FILTER maxPrice")
        let leastNotional = try Self.amount(self.minimumNotional ?? "0", "NOTIONAL minNotional")
        let units = try Self.units(tick: tick, highest: highest, lot: lot, least: least, most: most)

        let priceUnit = DecimalText.powerOfTen(units.priceExponent - Amount.exponent)
        let quantityUnit = DecimalText.powerOfTen(units.quantityExponent - Amount.exponent)
        // A step of zero disables the filter: then one unit is the step.
        let tickUnits = tick == 0 ? 1 : try Self.whole(tick, priceUnit, Price.limit, "PRICE_FILTER tickSize")
        let lotUnits = lot == 0 ? 1 : try Self.whole(lot, quantityUnit, Quantity.limit, "LOT_SIZE stepSize")
        let lotGrid = Grid(step: lotUnits)
        let leastUnits = try Self.whole(least, quantityUnit, Quantity.limit, "LOT_SIZE minQty")
        // What passes the limit is never reached: the limit, in whole lots, stands for it, as for no maximum.
        let mostUnits = most == 0 ? Quantity.limit : Int64(clamping: min(most / quantityUnit, Int128(Quantity.limit)))
        let rules = TradingRules(
            tick: Grid(step: tickUnits), lot: lotGrid, minimumQuantity: Quantity(units: leastUnits),
            maximumQuantity: Quantity(units: lotGrid.roundedDown(mostUnits)),
            minimumNotional: Notional(units: Self.roundedUp(leastNotional, units.amountPerNotional)),
            makerFee: makerFee, takerFee: takerFee, canAmend: market == .perpetual)
        return ListedInstrument(
            symbol: self.symbol, baseAsset: self.baseAsset, quoteAsset: self.quoteAsset, status: self.status,
            isTrading: self.status == "TRADING" && (self.contractType.isEmpty || self.contractType == "PERPETUAL")
                && (self.kinds.isEmpty || self.kinds.contains(true)),
            units: units, rules: rules)
    }

    /// The number of a filter in 10^-20, from which every unit is a whole multiple; at most 10^38.
    private static func amount(_ text: String?, _ field: String) throws(Refusal) -> Int128 {
        guard let text else { throw .missing(field) }
        let amount: Amount
        do throws(MoneyError) {
            amount = try Amount(text)
        } catch {
            throw .impossible(field, error)
        }
        guard amount >= .zero else { throw .negative(field) }
        return amount.units
    }

    /// How many whole `unit`s `amount` is.
    private static func whole(
        _ amount: Int128, _ unit: Int128, _ limit: Int64, _ field: String
    ) throws(Refusal) -> Int64 {
        guard amount % unit == 0 else { throw .impossible(field, .finerThanUnit(exponent: 0)) }
        guard amount / unit <= Int128(limit) else { throw .impossible(field, .tooLarge) }
        return Int64(truncatingIfNeeded: amount / unit)
    }

    private static func roundedUp(_ amount: Int128, _ unit: Int128) -> Int128 {
        amount / unit + (amount % unit == 0 ? 0 : 1)
    }
}
