import TerraceCore
import TerraceSimulation
import TerraceVenues

/// Public data by REST: "Get Bybit Server Time", "Get Instruments Info", "Get Orderbook", "Get Tickers", "Get Recent Public
/// Trades".
extension BybitServerProtocol {
    func time() -> [UInt8] {
        let nanoseconds = self.core.venueTime.nanoseconds
        return Array("{\"timeSecond\":\"\(nanoseconds / 1_000_000_000)\",\"timeNano\":\"\(nanoseconds)\"}".utf8)
    }

    /// The instrument that `symbol` names, or all.
    private func named(_ parameters: ParameterList) throws(BybitServerRefusal) -> [Int] {
        (parameters["symbol"] ?? "").isEmpty ? Array(self.core.instruments.indices) : [try self.symbol(parameters)]
    }

    func instrumentsInformation(_ parameters: ParameterList) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let places = try self.named(parameters)
        var writer = WireWriter(capacity: 64 + places.count * 640)
        var isFirst = true
        writer.text("{\"category\":\"spot\",\"list\":[")
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
        writer.text("\",\"baseCoin\":\"")
        writer.plain(instrument.baseCoin)
        writer.text("\",\"quoteCoin\":\"")
        writer.plain(instrument.quoteCoin)
        writer.text("\",\"innovation\":\"0\",\"symbolType\":\"\",\"status\":\"Trading\",\"marginTrading\":\"none\",")
        writer.text("\"stTag\":\"0\",\"lotSizeFilter\":{\"basePrecision\":\"")
        writer.decimal(rules.lot.step, exponent: units.quantityExponent)
        writer.text("\",\"quotePrecision\":\"")
        writer.decimal(1, exponent: max(-18, instrument.notionalExponent))
        writer.text("\",\"minOrderQty\":\"")
        writer.quantity(rules.minimumQuantity, units)
        writer.text("\",\"maxOrderQty\":\"")
        writer.quantity(rules.maximumQuantity, units)
        writer.text("\",\"minOrderAmt\":\"")
        writer.fixed(rules.minimumNotional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"maxOrderAmt\":\"9000000000\",\"maxLimitOrderQty\":\"")
        writer.quantity(rules.maximumQuantity, units)
        writer.text("\",\"maxMarketOrderQty\":\"")
        writer.quantity(rules.maximumQuantity, units)
        writer.text("\",\"postOnlyMaxLimitOrderSize\":\"")
        writer.quantity(rules.maximumQuantity, units)
        writer.text("\"},\"priceFilter\":{\"tickSize\":\"")
        writer.decimal(rules.tick.step, exponent: units.priceExponent)
        writer.text("\"},\"riskParameters\":{\"priceLimitRatioX\":\"0.01\",\"priceLimitRatioY\":\"0.02\"}}")
    }

    func orderBook(_ parameters: ParameterList) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let place = try self.symbol(parameters)
        let limit = try self.integer("limit", parameters) ?? 1
        guard (1...1_000).contains(limit) else { throw .parameter("limit is 1 to 1000.") }
        let instrument = self.core.instruments[place]
        let sides = self.levels(place, Int(limit))
        var writer = WireWriter(capacity: 128 + Int(limit) * 64)
        writer.text("{\"s\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"b\":")
        Self.write(sides[0], instrument.units, into: &writer)
        writer.text(",\"a\":")
        Self.write(sides[1], instrument.units, into: &writer)
        writer.text(",\"ts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"u\":")
        writer.integer(self.books[place].told[BybitTopic.Kind.book1000.rawValue].updateID)
        writer.text(",\"seq\":")
        writer.integer(self.books[place].sequence)
        writer.text(",\"cts\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text("}")
        return writer.bytes
    }

    /// The best levels of both sides, best first.
    func levels(_ place: Int, _ depth: Int) -> [[Level]] {
        var scratch = VenueOutput()
        _ = self.core.snapshot(place, depth: depth, into: &scratch)
        var sides: [[Level]] = [[], []]
        for level in scratch.levels {
            sides[level.side.index].append(Level(price: level.price, quantity: level.quantity))
        }
        return sides
    }

    /// `[["price","size"],...]`
    static func write(_ levels: [Level], _ units: Units, into writer: inout WireWriter) {
        var isFirst = true
        writer.text("[")
        for level in levels {
            writer.comma(&isFirst)
            writer.text("[\"")
            writer.price(level.price, units)
            writer.text("\",\"")
            writer.quantity(level.quantity, units)
            writer.text("\"]")
        }
        writer.text("]")
    }

    func tickers(_ parameters: ParameterList) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let places = try self.named(parameters)
        var writer = WireWriter(capacity: 64 + places.count * 400)
        var isFirst = true
        writer.text("{\"category\":\"spot\",\"list\":[")
        for place in places {
            writer.comma(&isFirst)
            self.writeTicker(place, hasBest: true, into: &writer)
        }
        writer.text("]}")
        return writer.bytes
    }

    /// What has been traded; by REST also the best levels, which the topic does not have on spot.
    func writeTicker(_ place: Int, hasBest: Bool, into writer: inout WireWriter) {
        let instrument = self.core.instruments[place]
        let units = instrument.units
        let book = self.books[place]
        let opening = instrument.openingPrice
        let last = book.prints.last?.price ?? opening
        writer.text("{\"symbol\":\"")
        writer.plain(instrument.symbol)
        if hasBest {
            for (side, price, size) in [(Side.bid, "bid1Price", "bid1Size"), (.ask, "ask1Price", "ask1Size")] {
                let level = self.core.best(place, side) ?? Level(price: .zero, quantity: .zero)
                writer.plain("\",\"\(price)\":\"")
                writer.price(level.price, units)
                writer.plain("\",\"\(size)\":\"")
                writer.quantity(level.quantity, units)
            }
        }
        for (name, price) in [
            ("lastPrice", last), ("prevPrice24h", opening), ("highPrice24h", book.high == .zero ? last : book.high),
            ("lowPrice24h", book.low == .zero ? last : book.low),
        ] {
            writer.plain("\",\"\(name)\":\"")
            writer.price(price, units)
        }
        writer.text("\",\"price24hPcnt\":\"")
        let change = Int128(last.units - opening.units) * 10_000 / Int128(max(1, opening.units))
        writer.decimal(Int64(clamping: change), exponent: -4)
        writer.text("\",\"turnover24h\":\"")
        writer.fixed(book.turnover, exponent: instrument.notionalExponent)
        writer.text("\",\"volume24h\":\"")
        writer.fixed(book.volume, exponent: units.quantityExponent)
        writer.text("\",\"usdIndexPrice\":\"\"}")
    }

    func recentTrades(_ parameters: ParameterList) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let place = try self.symbol(parameters)
        let limit = try self.integer("limit", parameters) ?? 60
        guard (1...60).contains(limit) else { throw .parameter("limit is 1 to 60.") }
        let instrument = self.core.instruments[place]
        var writer = WireWriter(capacity: 4_096)
        var isFirst = true
        writer.text("{\"category\":\"spot\",\"list\":[")
        for print in self.books[place].prints.suffix(Int(limit)).reversed() {
            writer.comma(&isFirst)
            writer.text("{\"execId\":\"")
            writer.plain(Self.tradeID(place, print.trade))
            writer.text("\",\"symbol\":\"")
            writer.plain(instrument.symbol)
            writer.text("\",\"price\":\"")
            writer.price(print.price, instrument.units)
            writer.text("\",\"size\":\"")
            writer.quantity(print.quantity, instrument.units)
            writer.text("\",\"side\":\"")
            writer.text(print.aggressor == .bid ? "Buy" : "Sell")
            writer.text("\",\"time\":\"")
            writer.integer(self.core.milliseconds(print.at))
            writer.text("\",\"isBlockTrade\":false,\"isRPITrade\":false,\"seq\":\"")
            writer.integer(print.sequence)
            writer.text("\"}")
        }
        writer.text("]}")
        return writer.bytes
    }
}
