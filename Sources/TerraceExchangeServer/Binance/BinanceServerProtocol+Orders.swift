import TerraceCore
import TerraceVenues

extension BinanceServerProtocol {
    static let decimalRange = "^([0-9]{1,20})(\\\\.[0-9]{1,20})?$"
    static let clientIDRange = "^[a-zA-Z0-9-_.:/]{1,36}$"

    // MARK: Reading parameters

    func symbol(_ parameters: ParameterList) throws(BinanceRefusal) -> Int {
        guard let symbol = parameters["symbol"], !symbol.isEmpty else { throw .missing("symbol") }
        guard let place = self.core.instrument(symbol) else { throw .badSymbol }
        return place
    }

    func clientID(_ name: String, _ parameters: ParameterList) throws(BinanceRefusal) -> String? {
        guard let text = parameters[name], !text.isEmpty else { return nil }
        let isLegal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: ":"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isLegal, text.utf8.count <= 36 else { throw .illegal(name, Self.clientIDRange) }
        return text
    }

    func integer(_ name: String, _ parameters: ParameterList) throws(BinanceRefusal) -> Int64? {
        guard let text = parameters[name], !text.isEmpty else { return nil }
        guard let value = Int64(text), value >= 0 else { throw .illegal(name, "^[0-9]{1,20}$") }
        return value
    }

    /// A decimal as a count of 10^`exponent`; beyond `limit` it fails `filter`.
    private func decimal(
        _ name: String, _ parameters: ParameterList, exponent: Int, limit: Int128, filter: String
    ) throws(BinanceRefusal) -> Int128 {
        guard let text = parameters[name], !text.isEmpty else { throw .missing(name) }
        guard text.utf8.count <= 41, text.utf8.first != UInt8(ascii: "-") else {
            throw .illegal(name, Self.decimalRange)
        }
        do throws(MoneyError) {
            return try DecimalText.units(of: text, exponent: exponent, limit: limit)
        } catch {
            switch error {
            case .notADecimal, .unitsOutOfRange: throw .illegal(name, Self.decimalRange)
            case .finerThanUnit: throw BinanceRefusal(-1111, "Parameter '\(name)' has too much precision.")
            case .tooLarge: throw .filter(filter)
            }
        }
    }

    /// The order that the parameters ask for, checked against the filters.
    func order(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> PlaceRequest {
        let instrument = try self.symbol(parameters)
        let units = self.core.instruments[instrument].units
        guard let sideText = parameters["side"], !sideText.isEmpty else { throw .missing("side") }
        guard let side: Side = sideText == "BUY" ? .bid : sideText == "SELL" ? .ask : nil else {
            throw BinanceRefusal(-1117, "Invalid side.")
        }
        guard let type = parameters["type"], !type.isEmpty else { throw .missing("type") }
        let tif = parameters["timeInForce"]
        let kind: OrderRecord.Kind
        switch type {
        case "LIMIT":
            guard let tif, !tif.isEmpty else { throw .missing("timeInForce") }
            switch tif {
            case "GTC": kind = .limit
            case "IOC": kind = .immediateOrCancel
            case "FOK": kind = .fillOrKill
            default: throw BinanceRefusal(-1115, "Invalid timeInForce.")
            }
        case "LIMIT_MAKER": kind = .postOnly
        case "MARKET": kind = .market
        default: throw BinanceRefusal(-1116, "Invalid orderType.")
        }
        if type != "LIMIT", tif != nil {
            throw BinanceRefusal(-1106, "Parameter 'timeInForce' sent when not required.")
        }
        var request = PlaceRequest(
            account: account, instrument: instrument,
            clientID: try self.clientID("newClientOrderId", parameters) ?? self.madeUpID(), side: side, kind: kind)
        let isByMoney = type == "MARKET" && parameters["quoteOrderQty"] != nil
        if isByMoney {
            let money = try self.decimal(
                "quoteOrderQty", parameters, exponent: self.core.instruments[instrument].notionalExponent,
                limit: 1 << 100, filter: "NOTIONAL")
            request.quoteQuantity = Notional(units: money)
        } else {
            let quantity = try self.decimal(
                "quantity", parameters, exponent: units.quantityExponent, limit: Int128(Quantity.limit),
                filter: "LOT_SIZE")
            request.quantity = Quantity(units: Int64(truncatingIfNeeded: quantity))
        }
        if type == "MARKET" {
            if parameters["price"] != nil { throw BinanceRefusal(-1106, "Parameter 'price' sent when not required.") }
        } else {
            let price = try self.decimal(
                "price", parameters, exponent: units.priceExponent, limit: Int128(Price.limit), filter: "PRICE_FILTER")
            request.price = Price(units: Int64(truncatingIfNeeded: price))
        }
        try self.checkFilters(request)
        return request
    }

    private func checkFilters(_ request: PlaceRequest) throws(BinanceRefusal) {
        let instrument = self.core.instruments[request.instrument]
        let rules = instrument.rules
        if request.kind != .market {
            guard request.price.units > 0, request.price <= instrument.highestPrice,
                rules.tick.exactSteps(request.price.units) > 0
            else { throw .filter("PRICE_FILTER") }
        }
        if request.quoteQuantity == .zero {
            guard request.quantity >= rules.minimumQuantity, request.quantity <= rules.maximumQuantity,
                rules.lot.exactSteps(request.quantity.units) > 0
            else { throw .filter("LOT_SIZE") }
        }
        let notional: Notional
        switch request.kind {
        case .limit, .postOnly, .immediateOrCancel, .fillOrKill:
            notional = Notional(of: request.quantity, at: request.price)
        case .market:
            guard request.quoteQuantity == .zero else {
                notional = request.quoteQuantity
                break
            }
            guard let best = self.core.best(request.instrument, request.side.opposite) else { return }
            notional = Notional(of: request.quantity, at: best.price)
        }
        guard notional >= rules.minimumNotional else { throw .filter("NOTIONAL") }
    }

    private func madeUpID() -> String {
        self.clientIDCount += 1
        let digits = String(self.clientIDCount, radix: 36)
        return "auto" + String(repeating: "0", count: max(0, 18 - digits.count)) + digits
    }

    // MARK: Commands

    func placeOrder(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let request = try self.order(parameters, account)
        try self.countOrder(account)
        let (record, fills) = try self.place(request)
        let wanted = parameters["newOrderRespType"] ?? (request.kind == .postOnly ? "ACK" : "FULL")
        return self.placed(record, fills, wanted)
    }

    private func place(_ request: PlaceRequest) throws(BinanceRefusal) -> (OrderRecord, [FillRecord]) {
        switch self.core.place(request) {
        case .accepted(let record, let fills): return (record, fills)
        case .refused(let reason): throw Self.refusal(reason)
        }
    }

    static func refusal(_ reason: VenueRejection) -> BinanceRefusal {
        switch reason {
        case .wouldTake: BinanceRefusal(-2010, "Order would immediately match and take.")
        case .insufficientBalance: BinanceRefusal(-2010, "Account has insufficient balance for requested action.")
        case .priceFilter: .filter("PRICE_FILTER")
        case .lotSize: .filter("LOT_SIZE")
        case .minimumNotional: .filter("NOTIONAL")
        case .rateLimited: BinanceRefusal(-1015, "Too many new orders.", status: 429)
        case .duplicateOrder: BinanceRefusal(-2010, "Duplicate order sent.")
        case .unknownOrder: .unknownOrder
        case .marketClosed: BinanceRefusal(-1013, "Market is closed.")
        case .tooManyOrders: .filter("MAX_NUM_ORDERS")
        case .other: BinanceRefusal(-2010, "The order was rejected.")
        }
    }

    /// Counts an order in the account's windows; refuses it beyond one.
    private func countOrder(_ account: Int) throws(BinanceRefusal) {
        let now = self.core.now
        for (place, name) in ["10 SECOND", "1 DAY"].enumerated() {
            let window = self.core.accounts[account].windows[place]
            guard window.used(at: now) < window.limit else {
                throw BinanceRefusal(
                    -1015, "Too many new orders; current limit is \(window.limit) orders per \(name).", status: 429)
            }
        }
        for place in self.core.accounts[account].windows.indices {
            self.core.accounts[account].windows[place].count(1, at: now)
        }
    }

    /// The order of the account that is meant, standing or not; nil where there is none.
    private func meant(
        _ parameters: ParameterList, _ account: Int, id idName: String, client clientName: String
    ) throws(BinanceRefusal) -> OrderRecord? {
        let instrument = try self.symbol(parameters)
        let id = try self.integer(idName, parameters)
        let client = parameters[clientName].flatMap { $0.isEmpty ? nil : $0 }
        let found: OrderRecord?
        if let id {
            found = self.core.order(account, id: UInt64(id))
            if let client, found?.clientID != client { return nil }
        } else if let client {
            found = self.core.order(account, clientID: client)
        } else {
            throw BinanceRefusal(-1102, "Param '\(clientName)' or '\(idName)' must be sent, but both were empty/null!")
        }
        return found?.instrument == instrument ? found : nil
    }

    func cancelOrder(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let order = try self.meant(parameters, account, id: "orderId", client: "origClientOrderId")
        let name = try self.clientID("newClientOrderId", parameters) ?? self.madeUpID()
        guard let order, let ended = self.core.cancel(account, order.id, request: name) else { throw .unknownOrder }
        var writer = WireWriter(capacity: 512)
        self.writeCancelled(ended, name, into: &writer)
        return writer.bytes
    }

    func cancelOpenOrders(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let instrument = try self.symbol(parameters)
        let orders = self.core.openOrders(account, instrument: instrument)
        if orders.isEmpty { throw .unknownOrder }
        var writer = WireWriter(capacity: orders.count * 500 + 2)
        var isFirst = true
        writer.text("[")
        for order in orders {
            let name = self.madeUpID()
            guard let ended = self.core.cancel(account, order.id, request: name) else { continue }
            writer.comma(&isFirst)
            self.writeCancelled(ended, name, into: &writer)
        }
        writer.text("]")
        return writer.bytes
    }

    func cancelReplace(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        guard let mode = parameters["cancelReplaceMode"], !mode.isEmpty else { throw .missing("cancelReplaceMode") }
        guard mode == "STOP_ON_FAILURE" || mode == "ALLOW_FAILURE" else {
            throw .illegal("cancelReplaceMode", "STOP_ON_FAILURE|ALLOW_FAILURE")
        }
        let request = try self.order(parameters, account)
        let old = try self.meant(parameters, account, id: "cancelOrderId", client: "cancelOrigClientOrderId")
        let name = try self.clientID("cancelNewClientOrderId", parameters) ?? self.madeUpID()
        try self.countOrder(account)
        self.isReplacing = true
        defer { self.isReplacing = false }
        var cancelled = WireWriter(capacity: 512)
        var isCancelled = false
        if let old, let ended = self.core.cancel(account, old.id, request: name) {
            isCancelled = true
            self.writeCancelled(ended, name, into: &cancelled)
        } else {
            BinanceRefusal.unknownOrder.write(into: &cancelled)
        }
        var placed = WireWriter(capacity: 512)
        var newResult = "NOT_ATTEMPTED"
        if isCancelled || mode == "ALLOW_FAILURE" {
            do throws(BinanceRefusal) {
                let (record, fills) = try self.place(request)
                newResult = "SUCCESS"
                let wanted = parameters["newOrderRespType"] ?? (request.kind == .postOnly ? "ACK" : "FULL")
                placed.bytes = self.placed(record, fills, wanted)
            } catch {
                newResult = "FAILURE"
                error.write(into: &placed)
            }
        } else {
            placed.text("null")
        }
        var writer = WireWriter(capacity: 1_024)
        writer.text("{\"cancelResult\":\"")
        writer.plain(isCancelled ? "SUCCESS" : "FAILURE")
        writer.text("\",\"newOrderResult\":\"")
        writer.plain(newResult)
        writer.text("\",\"cancelResponse\":")
        writer.bytes.append(contentsOf: cancelled.bytes)
        writer.text(",\"newOrderResponse\":")
        writer.bytes.append(contentsOf: placed.bytes)
        writer.text("}")
        if isCancelled, newResult == "SUCCESS" { return writer.bytes }
        if isCancelled || newResult == "SUCCESS" {
            throw BinanceRefusal(-2021, "Order cancel-replace partially failed.", status: 409, data: writer.bytes)
        }
        throw BinanceRefusal(-2022, "Order cancel-replace failed.", data: writer.bytes)
    }

    // MARK: Queries

    func queryOrder(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        guard let order = try self.meant(parameters, account, id: "orderId", client: "origClientOrderId") else {
            throw .noSuchOrder
        }
        var writer = WireWriter(capacity: 512)
        self.writeOrder(order, into: &writer)
        return writer.bytes
    }

    func openOrders(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let instrument = parameters["symbol"] == nil ? nil : try self.symbol(parameters)
        return self.list(self.core.openOrders(account, instrument: instrument))
    }

    func allOrders(_ parameters: ParameterList, _ account: Int) throws(BinanceRefusal) -> [UInt8] {
        let instrument = try self.symbol(parameters)
        let limit = try self.limit(parameters, usual: 500, most: 1_000)
        let from = try self.integer("orderId", parameters)
        let start = try self.integer("startTime", parameters) ?? 0
        let end = try self.integer("endTime", parameters) ?? .max
        let orders = self.core.orders(account) { order in
            let created = self.core.milliseconds(order.createdAt)
            return order.instrument == instrument && order.id >= UInt64(from ?? 0) && created >= start && created <= end
        }
        // From an id or a time on the earliest are given, otherwise the latest.
        return self.list(from != nil || start > 0 ? Array(orders.prefix(limit)) : orders.suffix(limit))
    }

    func limit(_ parameters: ParameterList, usual: Int, most: Int) throws(BinanceRefusal) -> Int {
        guard let limit = try self.integer("limit", parameters) else { return usual }
        guard limit >= 1 else { throw .illegal("limit", "^[1-9][0-9]*$") }
        return Int(min(limit, Int64(most)))
    }

    private func list(_ orders: [OrderRecord]) -> [UInt8] {
        var writer = WireWriter(capacity: orders.count * 500 + 2)
        var isFirst = true
        writer.text("[")
        for order in orders {
            writer.comma(&isFirst)
            self.writeOrder(order, into: &writer)
        }
        writer.text("]")
        return writer.bytes
    }
}
