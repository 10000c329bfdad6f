import TerraceCore
import TerraceVenues

extension BinanceServerProtocol {
    func myTrades(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let instrument = try self.symbol(parameters)
        let limit = try self.limit(parameters, usual: 500, most: 1_000)
        let order = try self.integer("orderId", parameters)
        let from = try self.integer("fromId", parameters)
        let start = try self.integer("startTime", parameters)
        let end = try self.integer("endTime", parameters)
        if let start, let end, end - start > 86_400_000 {
            throw BinanceRefusal(-1127, "More than 24 hours between startTime and endTime.")
        }
        if from != nil, start != nil || end != nil {
            throw BinanceRefusal(-1128, "Combination of optional parameters invalid.")
        }
        let lastTime = end ?? start.map { min($0, .max - 86_400_000) + 86_400_000 } ?? .max
        let fills = self.core.fills(account) { record in
            let time = self.core.milliseconds(record.at)
            return record.instrument == instrument && (order == nil || record.order == UInt64(order ?? 0))
                && record.fill.trade >= UInt64(from ?? 0) && time >= start ?? 0 && time <= lastTime
        }
        var writer = WireWriter(capacity: min(fills.count, limit) * 300 + 2)
        var isFirst = true
        writer.text("[")
        for record in from != nil || start != nil ? fills.prefix(limit) : fills.suffix(limit) {
            writer.comma(&isFirst)
            self.writeTrade(record, into: &writer)
        }
        writer.text("]")
        return writer.bytes
    }

    private func writeTrade(_ record: FillRecord, into writer: inout WireWriter) {
        let instrument = self.core.instruments[record.instrument]
        writer.text("{\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"id\":")
        writer.integer(Int64(clamping: record.fill.trade))
        writer.text(",\"orderId\":")
        writer.integer(Int64(clamping: record.order))
        writer.text(",\"orderListId\":-1,\"price\":\"")
        writer.fixed(Int128(record.fill.price.units), exponent: instrument.units.priceExponent)
        writer.text("\",\"qty\":\"")
        writer.fixed(Int128(record.fill.quantity.units), exponent: instrument.units.quantityExponent)
        writer.text("\",\"quoteQty\":\"")
        writer.fixed(record.notional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"commission\":\"")
        writer.fixed(record.fill.fee.units, exponent: Amount.exponent)
        writer.text("\",\"commissionAsset\":\"")
        writer.plain(self.core.coins[record.fill.feeAsset.index])
        writer.text("\",\"time\":")
        writer.integer(self.core.milliseconds(record.at))
        writer.text(",\"isBuyer\":")
        writer.boolean(record.fill.side == .bid)
        writer.text(",\"isMaker\":")
        writer.boolean(record.fill.isMaker)
        writer.text(",\"isBestMatch\":true}")
    }

    func account(_ parameters: ParameterList, _ account: Int) -> [UInt8] {
        let skipsZeros = parameters["omitZeroBalances"] == "true"
        let settings = self.core.accounts[account].settings
        var writer = WireWriter(capacity: 8_192)
        writer.text("{\"makerCommission\":10,\"takerCommission\":50,\"buyerCommission\":0,\"sellerCommission\":0,")
        writer.text("\"commissionRates\":{\"maker\":\"0.00100000\",\"taker\":\"0.00500000\",\"buyer\":\"0.00000000\",")
        writer.text("\"seller\":\"0.00000000\"},\"canTrade\":")
        writer.boolean(settings.mayTrade)
        writer.text(",\"canWithdraw\":")
        writer.boolean(settings.mayWithdraw)
        writer.text(
            ",\"canDeposit\":true,\"brokered\":false,\"requireSelfTradePrevention\":false,\"preventSor\":false,")
        writer.text("\"updateTime\":")
        writer.integer(self.core.milliseconds(self.core.accounts[account].updatedAt))
        writer.text(",\"accountType\":\"SPOT\",\"balances\":[")
        var isFirst = true
        for coin in self.core.coins.indices {
            let (total, free) = self.core.balance(account, coin)
            if skipsZeros, total == .zero { continue }
            writer.comma(&isFirst)
            writer.text("{\"asset\":\"")
            writer.plain(self.core.coins[coin])
            writer.text("\",\"free\":\"")
            writer.fixed(free.units, exponent: Amount.exponent)
            writer.text("\",\"locked\":\"")
            writer.fixed((total - free).units, exponent: Amount.exponent)
            writer.text("\"}")
        }
        writer.text("],\"permissions\":[\"SPOT\"],\"uid\":")
        writer.integer(Int64(account) + 1)
        writer.text("}")
        return writer.bytes
    }

    /// `GET /sapi/v1/account/apiRestrictions`.
    func restrictions(_ account: Int) -> [UInt8] {
        let settings = self.core.accounts[account].settings
        var writer = WireWriter(capacity: 512)
        writer.text("{\"ipRestrict\":false,\"createTime\":1600000000000,\"enableReading\":true,\"enableWithdrawals\":")
        writer.boolean(settings.mayWithdraw)
        writer.text(",\"enableInternalTransfer\":false,\"enableMargin\":false,\"enableFutures\":false,")
        writer.text("\"permitsUniversalTransfer\":false,\"enableVanillaOptions\":false,\"enableFixApiTrade\":false,")
        writer.text("\"enableFixReadOnly\":false,\"enablePortfolioMarginTrading\":false,")
        writer.text("\"enableSpotAndMarginTrading\":")
        writer.boolean(settings.mayTrade)
        writer.text("}")
        return writer.bytes
    }

    /// `GET /api/v3/account/commission`.
    func commission(_ parameters: ParameterList) throws(BinanceRefusal) -> [UInt8] {
        let instrument = self.core.instruments[try self.symbol(parameters)]
        var writer = WireWriter(capacity: 512)
        writer.text("{\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"standardCommission\":{\"maker\":\"")
        writer.fixed(Int128(instrument.rules.makerFee.units), exponent: -7)
        writer.text("\",\"taker\":\"")
        writer.fixed(Int128(instrument.rules.takerFee.units), exponent: -7)
        writer.text("\",\"buyer\":\"0.00000000\",\"seller\":\"0.00000000\"},")
        for name in ["specialCommission", "taxCommission"] {
            writer.quoted(name)
            writer.text(":{\"maker\":\"0.00000000\",\"taker\":\"0.00000000\",\"buyer\":\"0.00000000\",")
            writer.text("\"seller\":\"0.00000000\"},")
        }
        writer.text("\"discount\":{\"enabledForAccount\":false,\"enabledForSymbol\":false,\"discountAsset\":\"BNB\",")
        writer.text("\"discount\":\"0.00000000\"}}")
        return writer.bytes
    }

    /// `GET /api/v3/rateLimit/order`.
    func orderLimits(_ account: Int) -> [UInt8] {
        var writer = WireWriter(capacity: 256)
        var isFirst = true
        writer.text("[")
        for (window, interval) in zip(self.core.accounts[account].windows, [("SECOND", 10), ("DAY", 1)]) {
            writer.comma(&isFirst)
            self.writeLimit(
                "ORDERS", interval.0, interval.1, window.limit, window.used(at: self.core.now), into: &writer)
        }
        writer.text("]")
        return writer.bytes
    }

    func writeLimit(
        _ type: String, _ interval: String, _ number: Int, _ limit: Int, _ count: Int?, into writer: inout WireWriter
    ) {
        writer.text("{\"rateLimitType\":\"")
        writer.plain(type)
        writer.text("\",\"interval\":\"")
        writer.plain(interval)
        writer.text("\",\"intervalNum\":")
        writer.integer(Int64(number))
        writer.text(",\"limit\":")
        writer.integer(Int64(limit))
        if let count {
            writer.text(",\"count\":")
            writer.integer(Int64(count))
        }
        writer.text("}")
    }

    // MARK: Listen keys

    /// Gives the account's key, which lives for another hour.
    func createListenKey(_ account: Int) -> [UInt8] {
        let expires = self.core.now.advanced(by: Self.listenKeyNanoseconds)
        let key: String
        if let place = self.listenKeys.firstIndex(where: { $0.account == account }) {
            self.listenKeys[place].expires = expires
            key = self.listenKeys[place].key
        } else {
            self.listenKeyCount += 1
            var writer = WireWriter(capacity: 64)
            let seed = Array("listen key \(self.listenKeyCount) \(self.core.now.nanoseconds)".utf8)
            writer.hexadecimal(self.core.accounts[account].signer.sign(seed))
            key = String(decoding: writer.bytes.prefix(60), as: UTF8.self)
            self.listenKeys.append(BinanceListenKey(key: key, account: account, expires: expires))
        }
        self.core.timers.insert(ServerTimer(kind: TimerKind.listenKey.rawValue), at: expires)
        return Array("{\"listenKey\":\"\(key)\"}".utf8)
    }

    func renewListenKey(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        _ = try self.listenKey(parameters, account)
        _ = self.createListenKey(account)
        return Array("{}".utf8)
    }

    func closeListenKey(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let place = try self.listenKey(parameters, account)
        self.userStreams.removeAll { $0.listenKey == self.listenKeys[place].key }
        self.listenKeys.remove(at: place)
        return Array("{}".utf8)
    }

    private func listenKey(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> Int {
        guard let key = parameters["listenKey"], !key.isEmpty else { throw .missing("listenKey") }
        guard let place = self.listenKeys.firstIndex(where: { $0.key == key && $0.account == account }) else {
            throw BinanceRefusal(-1125, "This listenKey does not exist.")
        }
        return place
    }

    /// Forgets the keys that have run out, and tells who listens by them.
    func expireListenKeys(into output: inout ServerOutput) {
        for key in self.listenKeys where key.expires <= self.core.now {
            let text = Array(
                "{\"e\":\"listenKeyExpired\",\"E\":\(self.core.venueMilliseconds),\"listenKey\":\"\(key.key)\"}".utf8)
            for stream in self.userStreams where stream.listenKey == key.key {
                output.send(text, to: stream.connection, as: .privateData)
            }
            self.userStreams.removeAll { $0.listenKey == key.key }
        }
        self.listenKeys.removeAll { $0.expires <= self.core.now }
    }
}
