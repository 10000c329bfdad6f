import TerraceCore
import TerraceVenues

/// Public data by REST and by the WebSocket API.
extension BinanceServerProtocol {
    /// The instruments that `symbol` or `symbols` name, or all; whether one was named by `symbol`.
    private func named(_ parameters: ParameterList) throws(BinanceRefusal) -> (places: [Int], isOne: Bool) {
        if let list = parameters["symbols"] {
            if parameters["symbol"] != nil {
                throw BinanceRefusal(-1128, "Combination of optional parameters invalid.")
            }
            guard let names = ParameterList.elements(Array(list.utf8)), !names.isEmpty else {
                throw .illegal("symbols", "^\\\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\\\]$")
            }
            var places: [Int] = []
            for (name, _) in names {
                guard let place = self.core.instrument(name) else { throw .badSymbol }
                places.append(place)
            }
            return (places, false)
        }
        if parameters["symbol"] != nil { return ([try self.symbol(parameters)], true) }
        return (Array(self.core.instruments.indices), false)
    }

    func exchangeInfo(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        let (places, _) = try self.named(parameters)
        var writer = WireWriter(capacity: 1_024 + places.count * 1_600)
        writer.text("{\"timezone\":\"UTC\",\"serverTime\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"rateLimits\":[")
        self.writeLimit("REQUEST_WEIGHT", "MINUTE", 1, self.weightLimit, nil, into: &writer)
        writer.text(",")
        self.writeLimit("ORDERS", "SECOND", 10, self.orderLimit, nil, into: &writer)
        writer.text(",")
        self.writeLimit("ORDERS", "DAY", 1, max(Self.ordersPerDay, self.orderLimit * 8_640), nil, into: &writer)
        writer.text(",")
        self.writeLimit("RAW_REQUESTS", "MINUTE", 5, 61_000, nil, into: &writer)
        writer.text("],\"exchangeFilters\":[],\"symbols\":[")
        var isFirst = true
        for place in places {
            writer.comma(&isFirst)
            self.writeListing(self.core.instruments[place], into: &writer)
        }
        writer.text("]}")
        return writer.bytes
    }

    private func writeListing(_ instrument: ExchangeInstrument, into writer: inout WireWriter) {
        let rules = instrument.rules
        let units = instrument.units
        writer.text("{\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"status\":\"TRADING\",\"baseAsset\":\"")
        writer.plain(instrument.baseCoin)
        writer.text("\",\"baseAssetPrecision\":8,\"quoteAsset\":\"")
        writer.plain(instrument.quoteCoin)
        writer.text("\",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,")
        writer.text("\"quoteCommissionPrecision\":8,\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\"],")
        writer.text("\"icebergAllowed\":false,\"ocoAllowed\":false,\"otoAllowed\":false,")
        writer.text("\"quoteOrderQtyMarketAllowed\":true,\"allowTrailingStop\":false,\"cancelReplaceAllowed\":true,")
        writer.text("\"amendAllowed\":false,\"pegInstructionsAllowed\":false,\"isSpotTradingAllowed\":true,")
        writer.text("\"isMarginTradingAllowed\":false,\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"")
        writer.fixed(Int128(rules.tick.step), exponent: units.priceExponent)
        writer.text("\",\"maxPrice\":\"")
        writer.fixed(Int128(instrument.highestPrice.units), exponent: units.priceExponent)
        writer.text("\",\"tickSize\":\"")
        writer.fixed(Int128(rules.tick.step), exponent: units.priceExponent)
        writer.text("\"},{\"filterType\":\"LOT_SIZE\",\"minQty\":\"")
        writer.fixed(Int128(rules.minimumQuantity.units), exponent: units.quantityExponent)
        writer.text("\",\"maxQty\":\"")
        writer.fixed(Int128(rules.maximumQuantity.units), exponent: units.quantityExponent)
        writer.text("\",\"stepSize\":\"")
        writer.fixed(Int128(rules.lot.step), exponent: units.quantityExponent)
        writer.text("\"},{\"filterType\":\"NOTIONAL\",\"minNotional\":\"")
        writer.fixed(rules.minimumNotional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"applyMinToMarket\":true,\"maxNotional\":\"9000000000.00000000\",")
        writer.text("\"applyMaxToMarket\":false,\"avgPriceMins\":0},")
        writer.text("{\"filterType\":\"MAX_NUM_ORDERS\",\"maxNumOrders\":200}],\"permissions\":[],")
        writer.text("\"permissionSets\":[[\"SPOT\"]],\"defaultSelfTradePreventionMode\":\"EXPIRE_TAKER\",")
        writer.text("\"allowedSelfTradePreventionModes\":[\"EXPIRE_TAKER\"]}")
    }

    func depth(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        let place = try self.symbol(parameters)
        return self.book(place, try self.limit(parameters, usual: 100, most: 5_000))
    }

    func recentTrades(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        try self.prints(parameters, isAggregate: false)
    }

    func aggregateTrades(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        try self.prints(parameters, isAggregate: true)
    }

    private func prints(_ parameters: ParameterList, isAggregate: Bool) throws(BinanceRefusal) -> [UInt8] {
        let place = try self.symbol(parameters)
        let limit = try self.limit(parameters, usual: 500, most: 1_000)
        let instrument = self.core.instruments[place]
        var writer = WireWriter(capacity: 4_096)
        var isFirst = true
        writer.text("[")
        for print in self.books[place].prints.suffix(limit) {
            writer.comma(&isFirst)
            writer.text(isAggregate ? "{\"a\":" : "{\"id\":")
            writer.integer(Int64(clamping: print.trade))
            writer.text(isAggregate ? ",\"p\":\"" : ",\"price\":\"")
            writer.fixed(Int128(print.price.units), exponent: instrument.units.priceExponent)
            writer.text(isAggregate ? "\",\"q\":\"" : "\",\"qty\":\"")
            writer.fixed(Int128(print.quantity.units), exponent: instrument.units.quantityExponent)
            if isAggregate {
                writer.text("\",\"f\":")
                writer.integer(Int64(clamping: print.trade))
                writer.text(",\"l\":")
                writer.integer(Int64(clamping: print.trade))
                writer.text(",\"T\":")
            } else {
                writer.text("\",\"quoteQty\":\"")
                let notional = Notional(of: print.quantity, at: print.price)
                writer.fixed(notional.units, exponent: instrument.notionalExponent)
                writer.text("\",\"time\":")
            }
            writer.integer(self.core.milliseconds(print.at))
            writer.text(isAggregate ? ",\"m\":" : ",\"isBuyerMaker\":")
            writer.boolean(print.isBuyerMaker)
            writer.text(isAggregate ? ",\"M\":true}" : ",\"isBestMatch\":true}")
        }
        writer.text("]")
        return writer.bytes
    }

    func bookTickers(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        try self.each(parameters) { place, writer in
            let units = self.core.instruments[place].units
            for (side, price, quantity) in [(Side.bid, "bidPrice", "bidQty"), (.ask, "askPrice", "askQty")] {
                let level = self.core.best(place, side)
                writer.text(",\"")
                writer.plain(price)
                writer.text("\":\"")
                writer.fixed(Int128(level?.price.units ?? 0), exponent: units.priceExponent)
                writer.text("\",\"")
                writer.plain(quantity)
                writer.text("\":\"")
                writer.fixed(Int128(level?.quantity.units ?? 0), exponent: units.quantityExponent)
                writer.text("\"")
            }
        }
    }

    func prices(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        try self.each(parameters) { place, writer in
            writer.text(",\"price\":\"")
            writer.fixed(
                Int128(self.lastPrice(place).units), exponent: self.core.instruments[place].units.priceExponent)
            writer.text("\"")
        }
    }

    func averagePrice(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        let place = try self.symbol(parameters)
        var writer = WireWriter()
        writer.text("{\"mins\":5,\"price\":\"")
        writer.fixed(Int128(self.lastPrice(place).units), exponent: self.core.instruments[place].units.priceExponent)
        writer.text("\",\"closeTime\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text("}")
        return writer.bytes
    }

    private func lastPrice(_ place: Int) -> Price {
        self.books[place].prints.last?.price ?? self.core.instruments[place].openingPrice
    }

    /// An object with the symbol and what `body` writes, for each instrument that is named.
    private func each(
        _ parameters: ParameterList, _ body: (Int, inout WireWriter) -> Void
    ) throws(BinanceRefusal) -> [UInt8] {
        let (places, isOne) = try self.named(parameters)
        var writer = WireWriter(capacity: places.count * 160 + 2)
        if !isOne { writer.text("[") }
        var isFirst = true
        for place in places {
            writer.comma(&isFirst)
            writer.text("{\"symbol\":\"")
            writer.plain(self.core.instruments[place].symbol)
            writer.text("\"")
            body(place, &writer)
            writer.text("}")
        }
        if !isOne { writer.text("]") }
        return writer.bytes
    }
}
