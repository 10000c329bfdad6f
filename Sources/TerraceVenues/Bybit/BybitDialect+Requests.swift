import TerraceCore

/// Requests of the account.
///
/// Sources: "Integration Guidance" (signing), "Place Order", "Amend Order", "Cancel Order", "Batch Place Order", "Batch Cancel
/// Order", "Cancel All Orders", "Get Open & Closed Orders", "Get Trade History", "Get Wallet Balance", "Get API Key Information".
extension BybitDialect {
    /// How long a time one question for fills may span, "Get Trade History": 7 days.
    static let fillsWindowMilliseconds: Int64 = 7 * 86_400_000

    /// The request for a command, signed at the venue's time `milliseconds`.
    public func request(_ command: AccountCommand, at milliseconds: Int64) -> VenueRequest {
        switch command {
        case .place(let terms):
            return self.post("/v5/order/create", at: milliseconds) { body in self.place(terms, true, into: &body) }
        case .amend(let terms):
            return self.post("/v5/order/amend", at: milliseconds) { body in self.amend(terms, into: &body) }
        case .cancel(let slot, let order):
            return self.post("/v5/order/cancel", at: milliseconds) { body in
                self.cancel(OrderReference(slot: slot, order: order), true, into: &body)
            }
        case .placeAll(let orders):
            return self.post("/v5/order/create-batch", at: milliseconds) { body in
                Self.batch(orders, into: &body) { terms, body in self.place(terms, false, into: &body) }
            }
        case .cancelAll(let orders):
            return self.post("/v5/order/cancel-batch", at: milliseconds) { body in
                Self.batch(orders, into: &body) { order, body in self.cancel(order, false, into: &body) }
            }
        case .cancelEverything(let slot):
            return self.post("/v5/order/cancel-all", at: milliseconds) { body in
                body.text("{\"category\":\"spot\",\"symbol\":\"")
                body.plain(self.instruments[slot].symbol)
                body.text("\"}")
            }
        case .order(_, let order):
            // `openOnly` is ignored for an id: the answer is the order whether it stands or was closed lately.
            return self.get("/v5/order/realtime?category=spot&orderLinkId=", at: milliseconds) { target in
                target.order(order)
            }
        case .fillsOfOrder(_, let order, let venueOrder):
            return self.get("/v5/execution/list?category=spot&limit=100", at: milliseconds) { target in
                if venueOrder != 0, venueOrder < 1 << 63 {
                    target.text("&orderId=")
                    target.integer(Int64(truncatingIfNeeded: venueOrder))
                } else {
                    target.text("&orderLinkId=")
                    target.order(order)
                }
            }
        case .orderOfNumber(_, let venueOrder):
            return self.get("/v5/order/realtime?category=spot&orderId=", at: milliseconds) { target in
                target.integer(Int64(clamping: venueOrder))
            }
        case .fills(_, _, let since, let until, let cursor):
            return self.get("/v5/execution/list?category=spot&limit=100", at: milliseconds) { target in
                // A start that lies further back would end the list seven days after it; none gives the last seven days.
                if until != nil || since > milliseconds - Self.fillsWindowMilliseconds {
                    target.text("&startTime=")
                    target.integer(since)
                }
                if let until {
                    target.text("&endTime=")
                    target.integer(until)
                }
                target.cursor(cursor)
            }
        case .openOrders(let cursor):
            return self.get("/v5/order/realtime?category=spot&openOnly=0&limit=50", at: milliseconds) { target in
                target.cursor(cursor)
            }
        case .balances:
            return self.get("/v5/account/wallet-balance?accountType=UNIFIED", at: milliseconds)
        case .permissions:
            return self.get("/v5/user/query-api", at: milliseconds)
        case .deadMan, .createListenKey, .renewListenKey:
            // There are none of these here, as `traits` says: a harmless request stands in.
            return self.timeRequest
        }
    }

    // MARK: Bodies

    private func place(_ terms: OrderTerms, _ isAlone: Bool, into body: inout WireWriter) {
        let instrument = self.instruments[terms.slot]
        body.text(isAlone ? "{\"category\":\"spot\",\"symbol\":\"" : "{\"symbol\":\"")
        body.plain(instrument.symbol)
        body.text("\",\"side\":\"")
        body.text(terms.side == .bid ? "Buy" : "Sell")
        body.text("\",\"orderType\":\"Limit\",\"qty\":\"")
        body.quantity(terms.quantity, instrument.units)
        body.text("\",\"price\":\"")
        body.price(terms.price, instrument.units)
        body.text("\",\"timeInForce\":\"PostOnly\",\"orderLinkId\":\"")
        body.order(terms.order)
        body.text("\",\"isLeverage\":0,\"orderFilter\":\"Order\"}")
    }

    private func amend(_ terms: OrderTerms, into body: inout WireWriter) {
        let instrument = self.instruments[terms.slot]
        body.text("{\"category\":\"spot\",\"symbol\":\"")
        body.plain(instrument.symbol)
        body.text("\",\"orderLinkId\":\"")
        body.order(terms.order)
        body.text("\",\"qty\":\"")
        body.quantity(terms.quantity, instrument.units)
        body.text("\",\"price\":\"")
        body.price(terms.price, instrument.units)
        body.text("\"}")
    }

    private func cancel(_ order: OrderReference, _ isAlone: Bool, into body: inout WireWriter) {
        body.text(isAlone ? "{\"category\":\"spot\",\"symbol\":\"" : "{\"symbol\":\"")
        body.plain(self.instruments[order.slot].symbol)
        body.text("\",\"orderLinkId\":\"")
        body.order(order.order)
        body.text("\"}")
    }

    private static func batch<Element>(
        _ elements: [Element], into body: inout WireWriter, _ write: (Element, inout WireWriter) -> Void
    ) {
        body.text("{\"category\":\"spot\",\"request\":[")
        for (place, element) in elements.enumerated() {
            if place > 0 { body.text(",") }
            write(element, &body)
        }
        body.text("]}")
    }

    // MARK: Signing

    private func post(
        _ path: StaticString, at milliseconds: Int64, _ write: (inout WireWriter) -> Void
    ) -> VenueRequest {
        var target = WireWriter(capacity: 32)
        target.text(path)
        var body = WireWriter()
        write(&body)
        var headers = self.signed(body.bytes, at: milliseconds)
        headers.append(VenueRequest.Header("Content-Type", "application/json"))
        return VenueRequest(.post, target.bytes, headers: headers, body: body.bytes)
    }

    private func get(
        _ path: StaticString, at milliseconds: Int64, _ write: (inout WireWriter) -> Void = { _ in }
    ) -> VenueRequest {
        var target = WireWriter()
        target.text(path)
        write(&target)
        let query = target.bytes.firstIndex(of: UInt8(ascii: "?")).map { Array(target.bytes[($0 + 1)...]) } ?? []
        return VenueRequest(.get, target.bytes, headers: self.signed(query, at: milliseconds))
    }

    /// The headers that sign `content`, which is the query of a GET or the body of a POST: HMAC-SHA256 of time, key, window and
    /// content, in hexadecimal digits.
    private func signed(_ content: [UInt8], at milliseconds: Int64) -> [VenueRequest.Header] {
        guard let credentials = self.credentials, let signer = self.signer else { return [] }
        let window = String(self.traits.receiveWindowMilliseconds)
        let time = String(milliseconds)
        var signature = WireWriter(capacity: 64)
        signature.hexadecimal(
            signer.sign(Array(time.utf8), Array(credentials.key.utf8), Array(window.utf8), content))
        return [
            VenueRequest.Header("X-BAPI-API-KEY", credentials.key),
            VenueRequest.Header("X-BAPI-TIMESTAMP", time),
            VenueRequest.Header("X-BAPI-RECV-WINDOW", window),
            VenueRequest.Header("X-BAPI-SIGN", String(decoding: signature.bytes, as: UTF8.self)),
        ]
    }
}
