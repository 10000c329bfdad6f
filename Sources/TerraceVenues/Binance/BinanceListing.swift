import TerraceCore

/// One element of `symbols` of a list of instruments, as text, before its units are chosen.
struct BinanceListing {
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
    /// - Throws: `ListingRefusal` where a filter is missing, its number is none, or no units hold it.
    func instrument(
        _ market: BinanceMarket, makerFee: Millibps, takerFee: Millibps
    ) throws(ListingRefusal) -> ListedInstrument {
        if self.symbol.isEmpty { throw .missing("symbol") }
        let numbers = ListingNumbers(
            tick: .init("PRICE_FILTER tickSize", self.tick),
            highestPrice: .init("PRICE_FILTER maxPrice", self.highestPrice ?? "0"),
            lot: .init("LOT_SIZE stepSize", self.lot),
            minimumQuantity: .init("LOT_SIZE minQty", self.minimumQuantity ?? "0"),
            maximumQuantity: .init("LOT_SIZE maxQty", self.maximumQuantity ?? "0"),
            minimumNotional: .init("NOTIONAL minNotional", self.minimumNotional ?? "0"))
        let (units, rules) = try numbers.rules(
            makerFee: makerFee, takerFee: takerFee, canAmend: market == .perpetual)
        return ListedInstrument(
            symbol: self.symbol, baseAsset: self.baseAsset, quoteAsset: self.quoteAsset, status: self.status,
            isTrading: self.status == "TRADING" && (self.contractType.isEmpty || self.contractType == "PERPETUAL")
                && (self.kinds.isEmpty || self.kinds.contains(true)),
            units: units, rules: rules)
    }
}
