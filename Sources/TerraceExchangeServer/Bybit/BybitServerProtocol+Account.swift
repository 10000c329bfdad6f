import TerraceCore
import TerraceVenues

/// Queries of an account: "Get Open & Closed Orders", "Get Order History", "Get Trade History", "Get Wallet Balance", "Get
/// Account Info", "Get Fee Rate", "Get API Key Information".
extension BybitServerProtocol {
    /// Seven days, the longest span of a query by time.
    private static let spanMilliseconds: Int64 = 604_800_000

    private func limit(
        _ parameters: ParameterList, usual: Int64, most: Int64
    ) throws(BybitServerRefusal) -> Int {
        let limit = try self.integer("limit", parameters) ?? usual
        guard (1...most).contains(limit) else { throw .parameter("limit is 1 to \(most).") }
        return Int(limit)
    }

    /// Where a page begins: the digits that the cursor begins with, so that one that was escaped once more is taken as well.
    private func cursor(_ parameters: ParameterList) throws(BybitServerRefusal) -> UInt64? {
        guard let text = parameters["cursor"], !text.isEmpty else { return nil }
        guard let number = UInt64(text.prefix { $0.isASCII && $0.isNumber }) else {
            throw .parameter("cursor is invalid.")
        }
        return number
    }

    /// `"list":[`, at most `limit` elements, and the cursor of the next page, which begins with what stands after them.
    private func page<Element>(
        _ elements: [(number: UInt64, element: Element)], _ limit: Int,
        _ write: (Element, inout WireWriter) -> Void
    ) -> [UInt8] {
        var writer = WireWriter(capacity: 128 + min(limit, elements.count) * 900)
        var isFirst = true
        writer.text("{\"category\":\"spot\",\"list\":[")
        for (_, element) in elements.prefix(limit) {
            writer.comma(&isFirst)
            write(element, &writer)
        }
        writer.text("],\"nextPageCursor\":\"")
        if elements.count > limit {
            let next = elements[limit].number
            writer.plain("\(next)%3A\(next)")
        }
        writer.text("\"}")
        return writer.bytes
    }

    /// Orders, the newest first.
    ///
    /// Real-time: those that stand; with `openOnly=1` the last 500 that do not; by id both. History: those that ended.
    func orders(_ parameters: ParameterList, _ account: Int, isHistory: Bool) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let limit = try self.limit(parameters, usual: 20, most: 50)
        let before = try self.cursor(parameters)
        let place = (parameters["symbol"] ?? "").isEmpty ? nil : try self.symbol(parameters)
        let base = parameters["baseCoin"].flatMap { $0.isEmpty ? nil : $0 }
        var found: [OrderRecord]
        if let name = parameters["orderId"], !name.isEmpty {
            let id = Self.order(named: name) ?? 0
            found = self.core.order(account, id: id).map { [$0] } ?? self.rejected[account].filter { $0.id == id }
            if isHistory { found = found.filter { !$0.isOpen } }
        } else if let clientID = parameters["orderLinkId"], !clientID.isEmpty {
            found =
                self.core.order(account, clientID: clientID).map { [$0] }
                ?? self.rejected[account].filter { $0.clientID == clientID }
            if isHistory { found = found.filter { !$0.isOpen } }
        } else if isHistory || parameters["openOnly"] == "1" {
            let start = try self.integer("startTime", parameters) ?? 0
            let end = try self.integer("endTime", parameters) ?? .max
            found = self.core.orders(account) { order in
                let at = self.core.milliseconds(order.createdAt)
                return !order.isOpen && at >= start && at <= end
            }
            found += self.rejected[account].filter {
                let at = self.core.milliseconds($0.createdAt)
                return at >= start && at <= end
            }
            found.sort { $0.id < $1.id }
            if !isHistory { found = found.suffix(Self.mostClosed) }
        } else {
            found = self.core.openOrders(account)
        }
        let wanted = found.reversed().filter { order in
            (place == nil || order.instrument == place) && order.id <= before ?? .max
                && (base == nil || self.core.instruments[order.instrument].baseCoin == base)
        }
        return self.page(wanted.map { ($0.id, $0) }, limit) { order, writer in
            self.writeOrder(order, isPush: false, into: &writer)
        }
    }

    /// Fills, the newest first.
    func executions(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let limit = try self.limit(parameters, usual: 50, most: 100)
        let before = try self.cursor(parameters) ?? .max
        let order = parameters["orderId"].flatMap { $0.isEmpty ? nil : $0 }
        let clientID = parameters["orderLinkId"].flatMap { $0.isEmpty ? nil : $0 }
        let place = (parameters["symbol"] ?? "").isEmpty ? nil : try self.symbol(parameters)
        let now = self.core.venueMilliseconds
        let start = try self.integer("startTime", parameters)
        let end = try self.integer("endTime", parameters)
        // One of both is seven days from the other; none are the last seven days.
        let first = start ?? (end ?? now) - Self.spanMilliseconds
        let last = end ?? (start.map { $0 > .max - Self.spanMilliseconds ? .max : $0 + Self.spanMilliseconds } ?? .max)
        guard last >= first else { throw .parameter("endTime is before startTime.") }
        if start != nil, end != nil, last - first > Self.spanMilliseconds {
            throw .parameter("The time range between startTime and endTime cannot exceed 7 days.")
        }
        let known = self.core.accounts[account]
        let forgotten = UInt64(known.fillCount - known.fills.count)
        var wanted: [(number: UInt64, element: FillRecord)] = []
        for index in known.fills.indices.reversed() where forgotten + UInt64(index) < before {
            let fill = known.fills[index]
            if let order {
                if Self.order(named: order) != fill.order { continue }
            } else if let clientID {
                if clientID != fill.clientID { continue }
            } else {
                let at = self.core.milliseconds(fill.at)
                if place != nil, fill.instrument != place { continue }
                if at < first || at > last { continue }
            }
            // The number of the next page is one above its first fill's.
            wanted.append((forgotten + UInt64(index) + 1, fill))
            if wanted.count > limit { break }
        }
        return self.page(wanted, limit) { fill, writer in
            self.writeFill(fill, of: nil, isPush: false, into: &writer)
        }
    }

    func wallet(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        guard let type = parameters["accountType"], !type.isEmpty else { throw .missing("accountType") }
        guard type == "UNIFIED" else { throw .parameter("accountType only support UNIFIED.") }
        let names = parameters["coin"].map { $0.split(separator: ",").map { String($0) } }
        let coins = self.core.coins.indices.filter { coin in
            if let names { return names.contains(self.core.coins[coin]) }
            return self.core.balance(account, coin).total != .zero
        }
        var writer = WireWriter(capacity: 512 + coins.count * 400)
        writer.text("{\"list\":[")
        self.writeWallet(account, coins, into: &writer)
        writer.text("]}")
        return writer.bytes
    }

    func accountInformation() -> [UInt8] {
        var writer = WireWriter()
        writer.text("{\"unifiedMarginStatus\":5,\"marginMode\":\"REGULAR_MARGIN\",\"isMasterTrader\":false,")
        writer.text(
            "\"spotHedgingStatus\":\"OFF\",\"dcpStatus\":\"OFF\",\"timeWindow\":0,\"smpGroup\":0,\"updatedTime\":\"")
        writer.integer(self.core.venueMilliseconds)
        writer.text("\"}")
        return writer.bytes
    }

    func feeRates(_ parameters: ParameterList) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let places =
            (parameters["symbol"] ?? "").isEmpty ? Array(self.core.instruments.indices) : [try self.symbol(parameters)]
        var writer = WireWriter(capacity: places.count * 96)
        var isFirst = true
        writer.text("{\"category\":\"spot\",\"list\":[")
        for place in places {
            let instrument = self.core.instruments[place]
            writer.comma(&isFirst)
            writer.text("{\"symbol\":\"")
            writer.plain(instrument.symbol)
            writer.text("\",\"baseCoin\":\"\",\"takerFeeRate\":\"")
            writer.plain(Self.rate(instrument.rules.takerFee))
            writer.text("\",\"makerFeeRate\":\"")
            writer.plain(Self.rate(instrument.rules.makerFee))
            writer.text("\"}")
        }
        writer.text("]}")
        return writer.bytes
    }

    func keyInformation(_ account: Int) -> [UInt8] {
        let settings = self.core.accounts[account].settings
        var writer = WireWriter()
        writer.text("{\"id\":\"")
        writer.integer(Int64(account + 1))
        writer.text("\",\"note\":\"\",\"apiKey\":")
        writer.quoted(settings.key)
        writer.text(",\"readOnly\":")
        writer.text(settings.mayTrade ? "0" : "1")
        writer.text(",\"secret\":\"\",\"permissions\":{\"ContractTrade\":[],\"Spot\":[")
        if settings.mayTrade { writer.text("\"SpotTrade\"") }
        writer.text("],\"Wallet\":[\"AccountTransfer\"")
        if settings.mayWithdraw { writer.text(",\"Withdraw\"") }
        writer.text(
            "],\"Options\":[],\"Derivatives\":[],\"CopyTrading\":[],\"BlockTrade\":[],\"Exchange\":[],\"NFT\":[]},")
        writer.text("\"ips\":[\"*\"],\"type\":1,\"deadlineDay\":90,\"expiredAt\":\"2099-01-01T00:00:00Z\",")
        writer.text("\"createdAt\":\"2020-01-01T00:00:00Z\",\"unified\":0,\"uta\":1,\"userID\":")
        writer.integer(Int64(account + 1))
        writer.text(",\"inviterID\":0,\"vipLevel\":\"No VIP\",\"mktMakerLevel\":\"0\",\"affiliateID\":0,")
        writer.text("\"isMaster\":true,\"parentUid\":\"0\"}")
        return writer.bytes
    }
}
