import TerraceCore
import TerraceVenues

/// Commands of orders: "Place Order", "Amend Order", "Cancel Order", "Cancel All Orders" and their batches.
extension BybitServerProtocol {
    // MARK: Reading parameters

    func checkCategory(_ parameters: ParameterList) throws(BybitServerRefusal) {
        guard let category = parameters["category"], !category.isEmpty else { throw .missing("category") }
        guard category == "spot" else { throw .parameter("category \(category.prefix(16)) is not served, only spot") }
    }

    func symbol(_ parameters: ParameterList) throws(BybitServerRefusal) -> Int {
        guard let symbol = parameters["symbol"], !symbol.isEmpty else { throw .missing("symbol") }
        guard let place = self.core.instrument(symbol) else { throw .badSymbol }
        return place
    }

    func integer(_ name: String, _ parameters: ParameterList) throws(BybitServerRefusal) -> Int64? {
        guard let text = parameters[name], !text.isEmpty else { return nil }
        guard let value = Int64(text), value >= 0 else { throw .parameter("\(name) is no whole number.") }
        return value
    }

    /// `orderLinkId`: up to 36 letters, digits, dashes and underscores.
    private func clientID(_ parameters: ParameterList) throws(BybitServerRefusal) -> String? {
        guard let text = parameters["orderLinkId"], !text.isEmpty else { return nil }
        let isLegal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isLegal, text.utf8.count <= 36 else { throw .parameter("orderLinkId is illegal.") }
        return text
    }

    /// A decimal as a count of 10^`exponent`; `tooFine` and `tooLarge` say what it can't be.
    private func decimal(
        _ name: String, _ parameters: ParameterList, exponent: Int, limit: Int128, tooFine: BybitServerRefusal,
        tooLarge: BybitServerRefusal
    ) throws(BybitServerRefusal) -> Int128 {
        guard let text = parameters[name], !text.isEmpty else { throw .missing(name) }
        guard text.utf8.count <= 41, text.utf8.first != UInt8(ascii: "-") else {
            throw .parameter("\(name) is no decimal number.")
        }
        do throws(MoneyError) {
            return try DecimalText.units(of: text, exponent: exponent, limit: limit)
        } catch {
            switch error {
            case .notADecimal, .unitsOutOfRange: throw .parameter("\(name) is no decimal number.")
            case .finerThanUnit: throw tooFine
            case .tooLarge: throw tooLarge
            }
        }
    }

    private func price(_ parameters: ParameterList, _ place: Int) throws(BybitServerRefusal) -> Price {
        let tooFine = BybitServerRefusal(170_134, "Order price decimal too long.")
        let tooHigh = BybitServerRefusal(170_132, "Order price too high.")
        let instrument = self.core.instruments[place]
        let units = try self.decimal(
            "price", parameters, exponent: instrument.units.priceExponent, limit: Int128(Price.limit),
            tooFine: tooFine, tooLarge: tooHigh)
        let price = Price(units: Int64(truncatingIfNeeded: units))
        guard price.units > 0 else { throw BybitServerRefusal(170_133, "Order price lower than the minimum.") }
        guard price <= instrument.highestPrice else { throw tooHigh }
        guard instrument.rules.tick.exactSteps(price.units) > 0 else { throw tooFine }
        return price
    }

    private func quantity(_ parameters: ParameterList, _ place: Int) throws(BybitServerRefusal) -> Quantity {
        let tooFine = BybitServerRefusal(170_137, "Order volume decimal too long.")
        let tooMuch = BybitServerRefusal(170_135, "Order quantity exceeded upper limit.")
        let instrument = self.core.instruments[place]
        let units = try self.decimal(
            "qty", parameters, exponent: instrument.units.quantityExponent, limit: Int128(Quantity.limit),
            tooFine: tooFine, tooLarge: tooMuch)
        let quantity = Quantity(units: Int64(truncatingIfNeeded: units))
        guard quantity.units > 0, quantity >= instrument.rules.minimumQuantity else {
            throw BybitServerRefusal(170_136, "Order quantity exceeded lower limit.")
        }
        guard quantity <= instrument.rules.maximumQuantity else { throw tooMuch }
        guard instrument.rules.lot.exactSteps(quantity.units) > 0 else { throw tooFine }
        return quantity
    }

    private func checkNotional(_ notional: Notional, _ place: Int) throws(BybitServerRefusal) {
        guard notional >= self.core.instruments[place].rules.minimumNotional else {
            throw BybitServerRefusal(170_140, "Order value exceeded lower limit.")
        }
    }

    // MARK: Placing

    /// The order that the parameters ask for, checked against the instrument's rules.
    private func order(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> PlaceRequest {
        let place = try self.symbol(parameters)
        guard let sideText = parameters["side"] else { throw .missing("side") }
        guard let side: Side = sideText == "Buy" ? .bid : sideText == "Sell" ? .ask : nil else {
            throw BybitServerRefusal(170_117, "Invalid side.")
        }
        guard parameters["isLeverage"] ?? "0" == "0" else {
            throw BybitServerRefusal(170_036, "Margin trading is off.")
        }
        guard parameters["orderFilter"] ?? "Order" == "Order" else { throw .parameter("orderFilter is not served.") }
        let kind: OrderRecord.Kind
        switch (parameters["orderType"], parameters["timeInForce"] ?? "GTC") {
        case ("Market", _): kind = .market
        case ("Limit", "GTC"): kind = .limit
        case ("Limit", "PostOnly"): kind = .postOnly
        case ("Limit", "IOC"): kind = .immediateOrCancel
        case ("Limit", "FOK"): kind = .fillOrKill
        case ("Limit", _): throw BybitServerRefusal(170_115, "Invalid timeInForce.")
        case (nil, _): throw .missing("orderType")
        default: throw BybitServerRefusal(170_116, "Invalid orderType.")
        }
        var request = PlaceRequest(
            account: account, instrument: place, clientID: try self.clientID(parameters) ?? self.madeUpID(), side: side,
            kind: kind)
        // A market buy says how much money it is for, unless it says otherwise.
        let unit = parameters["marketUnit"] ?? (side == .bid ? "quoteCoin" : "baseCoin")
        if kind == .market, unit == "quoteCoin" {
            let tooFine = BybitServerRefusal(170_148, "Market order amount decimal too long.")
            request.quoteQuantity = Notional(
                units: try self.decimal(
                    "qty", parameters, exponent: self.core.instruments[place].notionalExponent, limit: 1 << 100,
                    tooFine: tooFine, tooLarge: BybitServerRefusal(170_124, "Order amount too large.")))
            try self.checkNotional(request.quoteQuantity, place)
            return request
        }
        request.quantity = try self.quantity(parameters, place)
        if kind == .market {
            guard let best = self.core.best(place, side.opposite) else { return request }
            try self.checkNotional(Notional(of: request.quantity, at: best.price), place)
        } else {
            request.price = try self.price(parameters, place)
            try self.checkNotional(Notional(of: request.quantity, at: request.price), place)
        }
        return request
    }

    private func madeUpID() -> String {
        self.clientIDCount += 1
        return "\(1_000_000_000_000_000_000 + self.clientIDCount)"
    }

    /// Places an order: the venue's number and the owner's id.
    private func placed(
        _ parameters: ParameterList, _ account: Int
    ) throws(BybitServerRefusal) -> (id: UInt64, clientID: String) {
        let request = try self.order(parameters, account)
        guard self.core.accounts[account].open.count < Self.mostOpenOrders else { throw .tooManyOrders }
        if self.rejected[account].contains(where: { $0.clientID == request.clientID }) {
            throw BybitServerRefusal(.duplicateOrder)
        }
        switch self.core.place(request) {
        case .accepted(let record, _): return (record.id, record.clientID)
        case .refused(.wouldTake):
            // Taken in, and told as cancelled on the order's topic.
            return (self.core.lastOrder, request.clientID)
        case .refused(let reason): throw BybitServerRefusal(reason)
        }
    }

    func create(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let (id, clientID) = try self.placed(parameters, account)
        return Self.reference(id, clientID)
    }

    /// `{"orderId":"1","orderLinkId":"a"}`
    private static func reference(_ id: UInt64, _ clientID: String) -> [UInt8] {
        var writer = WireWriter()
        writer.text("{\"orderId\":\"")
        writer.plain(self.orderID(id))
        writer.text("\",\"orderLinkId\":")
        writer.quoted(clientID)
        writer.text("}")
        return writer.bytes
    }

    /// The venue's numbers have nineteen digits.
    static func orderID(_ id: UInt64) -> String { "\(1_600_000_000_000_000_000 &+ id)" }

    /// The number of an order's name.
    static func order(named name: String) -> UInt64? {
        guard let number = UInt64(name), number > 1_600_000_000_000_000_000 else { return nil }
        return number - 1_600_000_000_000_000_000
    }

    // MARK: Amending and cancelling

    /// The order that stands which the parameters mean, by the venue's number before the owner's id.
    private func standing(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> OrderRecord {
        let place = try self.symbol(parameters)
        let found: OrderRecord?
        if let name = parameters["orderId"], !name.isEmpty {
            found = Self.order(named: name).flatMap { self.core.order(account, id: $0) }
        } else if let clientID = parameters["orderLinkId"], !clientID.isEmpty {
            found = self.core.order(account, clientID: clientID)
        } else {
            throw .missing("orderId or orderLinkId")
        }
        guard let found, found.instrument == place else { throw .unknownOrder }
        switch found.status {
        case .new, .partlyFilled: return found
        case .filled: throw .orderFilled
        case .cancelled, .expired, .expiredInMatch: throw .orderCancelled
        case .rejected: throw .unknownOrder
        }
    }

    private func amended(
        _ parameters: ParameterList, _ account: Int
    ) throws(BybitServerRefusal) -> (id: UInt64, clientID: String) {
        let record = try self.standing(parameters, account)
        let price = parameters["price"] == nil ? record.price : try self.price(parameters, record.instrument)
        let quantity = parameters["qty"] == nil ? record.quantity : try self.quantity(parameters, record.instrument)
        guard price != record.price || quantity != record.quantity else {
            throw .parameter("The order remains unchanged as the parameters entered match the existing ones.")
        }
        guard quantity > record.filled else {
            throw BybitServerRefusal(170_136, "Order quantity exceeded lower limit.")
        }
        try self.checkNotional(Notional(of: quantity, at: price), record.instrument)
        switch self.core.amend(account, record.id, price: price, quantity: quantity) {
        case .amended(let record): return (record.id, record.clientID)
        case .refused(let reason): throw BybitServerRefusal(reason)
        }
    }

    func amend(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let (id, clientID) = try self.amended(parameters, account)
        return Self.reference(id, clientID)
    }

    private func cancelled(
        _ parameters: ParameterList, _ account: Int
    ) throws(BybitServerRefusal) -> (id: UInt64, clientID: String) {
        let record = try self.standing(parameters, account)
        guard self.core.cancel(account, record.id) != nil else { throw .unknownOrder }
        return (record.id, record.clientID)
    }

    func cancel(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let (id, clientID) = try self.cancelled(parameters, account)
        return Self.reference(id, clientID)
    }

    func cancelAll(_ parameters: ParameterList, _ account: Int) throws(BybitServerRefusal) -> [UInt8] {
        try self.checkCategory(parameters)
        let place = parameters["symbol"] == nil ? nil : try self.symbol(parameters)
        let base = parameters["baseCoin"]
        var writer = WireWriter(capacity: 1_024)
        var isFirst = true
        writer.text("{\"list\":[")
        for order in self.core.openOrders(account, instrument: place)
        where base == nil || self.core.instruments[order.instrument].baseCoin == base {
            guard self.core.cancel(account, order.id) != nil else { continue }
            writer.comma(&isFirst)
            writer.bytes.append(contentsOf: Self.reference(order.id, order.clientID))
        }
        writer.text("],\"success\":\"1\"}")
        return writer.bytes
    }

    // MARK: Batches

    /// Several commands of one kind: what each came to is in `retExtInfo`.
    func batch(
        _ operation: BybitOperation, _ parameters: ParameterList, _ account: Int
    ) throws(BybitServerRefusal) -> ([UInt8], [UInt8]) {
        try self.checkCategory(parameters)
        guard let item = parameters.item("request"), item.kind == .nested,
            let requests = ParameterList.elements(Array(item.value.utf8)), !requests.isEmpty
        else { throw .missing("request") }
        guard requests.count <= Self.mostInBatch else {
            throw .parameter("request has more than \(Self.mostInBatch) orders.")
        }
        var result = WireWriter(capacity: requests.count * 160)
        var extra = WireWriter(capacity: requests.count * 48)
        var isFirst = true
        result.text("{\"list\":[")
        extra.text("{\"list\":[")
        for request in requests {
            if !isFirst { extra.text(",") }
            result.comma(&isFirst)
            let inner = ParameterList(json: Array(request.text.utf8)) ?? ParameterList()
            var made: (id: UInt64, clientID: String)?
            var refusal = BybitServerRefusal(0, "OK")
            do throws(BybitServerRefusal) {
                // Beyond the limit of the second only the orders above it fail.
                try self.count(operation, account)
                switch operation {
                case .createBatch: made = try self.placed(inner, account)
                case .amendBatch: made = try self.amended(inner, account)
                default: made = try self.cancelled(inner, account)
                }
            } catch {
                refusal = error
            }
            result.text("{\"category\":\"spot\",\"symbol\":")
            result.quoted(inner["symbol"] ?? "")
            result.text(",\"orderId\":\"")
            if let made { result.plain(Self.orderID(made.id)) }
            result.text("\",\"orderLinkId\":")
            result.quoted(made?.clientID ?? inner["orderLinkId"] ?? "")
            if operation == .createBatch {
                result.text(",\"createAt\":\"")
                if made != nil { result.integer(self.core.venueMilliseconds) }
                result.text("\"")
            }
            result.text("}")
            extra.text("{\"code\":")
            extra.integer(refusal.code)
            extra.text(",\"msg\":")
            extra.quoted(refusal.message)
            extra.text("}")
        }
        result.text("]}")
        extra.text("]}")
        return (result.bytes, extra.bytes)
    }
}
