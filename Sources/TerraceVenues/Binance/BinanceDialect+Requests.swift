import TerraceCore

/// Requests of the account. Every parameter is in the query, which is signed as it stands; the time stamp is the last of them
/// but the signature ("Request security").
extension BinanceDialect {
    /// Whether the market has such a request at all. What it has not is answered with a refusal, without being sent.
    func has(_ command: AccountCommand) -> Bool {
        switch command {
        case .place, .cancel, .cancelEverything, .order, .orderOfNumber, .fillsOfOrder, .fills, .openOrders, .balances,
            .permissions:
            true
        case .amend, .placeAll, .cancelAll, .deadMan, .createListenKey, .renewListenKey: self.market == .perpetual
        }
    }

    /// The request for a command, signed at the venue's time `milliseconds`. For one that the market does not have, it is a
    /// harmless question for the time.
    public func request(_ command: AccountCommand, at milliseconds: Int64) -> VenueRequest {
        guard self.has(command) else { return self.timeRequest }
        let isSpot = self.market == .spot
        switch command {
        case .place(let terms):
            return self.signed(.post, isSpot ? "/api/v3/order" : "/fapi/v1/order", weight: 1, milliseconds) {
                self.writePlace(terms, into: &$0)
            }
        case .amend(let terms):
            return self.signed(.put, "/fapi/v1/order", weight: 1, milliseconds) { self.writeAmend(terms, into: &$0) }
        case .cancel(let slot, let order):
            return self.signed(.delete, isSpot ? "/api/v3/order" : "/fapi/v1/order", weight: 1, milliseconds) {
                self.writeReference(slot, order, into: &$0)
            }
        case .placeAll(let all):
            return self.signed(.post, "/fapi/v1/batchOrders", weight: 5, milliseconds) {
                self.writePlaceAll(all, into: &$0)
            }
        case .cancelAll(let all):
            return self.signed(.delete, "/fapi/v1/batchOrders", weight: 1, milliseconds) {
                self.writeCancelAll(all, into: &$0)
            }
        case .cancelEverything(let slot):
            let path: StaticString = isSpot ? "/api/v3/openOrders" : "/fapi/v1/allOpenOrders"
            return self.signed(.delete, path, weight: 1, milliseconds) { self.writeSymbol(slot, into: &$0) }
        case .deadMan(let slot, let countdown):
            return self.signed(.post, "/fapi/v1/countdownCancelAll", weight: 10, milliseconds) {
                self.writeSymbol(slot, into: &$0)
                $0.text("countdownTime=")
                $0.integer(countdown)
                $0.text("&")
            }
        case .createListenKey:
            return VenueRequest(.post, self.path("/fapi/v1/listenKey"), headers: self.keyHeader, weight: 1)
        case .renewListenKey:
            return VenueRequest(.put, self.path("/fapi/v1/listenKey"), headers: self.keyHeader, weight: 1)
        case .order, .orderOfNumber, .fillsOfOrder, .fills, .openOrders, .balances, .permissions:
            return self.question(command, at: milliseconds)
        }
    }

    /// The request for a command that changes nothing.
    private func question(_ command: AccountCommand, at milliseconds: Int64) -> VenueRequest {
        let isSpot = self.market == .spot
        let fills: StaticString = isSpot ? "/api/v3/myTrades" : "/fapi/v1/userTrades"
        switch command {
        case .order(let slot, let order):
            let path: StaticString = isSpot ? "/api/v3/order" : "/fapi/v1/order"
            return self.signed(.get, path, weight: isSpot ? 4 : 1, milliseconds) {
                self.writeReference(slot, order, into: &$0)
            }
        case .orderOfNumber(let slot, let venueOrder):
            let path: StaticString = isSpot ? "/api/v3/order" : "/fapi/v1/order"
            return self.signed(.get, path, weight: isSpot ? 4 : 1, milliseconds) {
                self.writeSymbol(slot, into: &$0)
                $0.text("orderId=")
                $0.integer(Int64(clamping: venueOrder))
                $0.text("&")
            }
        case .fillsOfOrder(let slot, _, let venueOrder):
            return self.signed(.get, fills, weight: 5, milliseconds) {
                self.writeFillsOfOrder(slot, venueOrder, into: &$0)
            }
        case .fills(let slot, let fromTrade, let since, let until, let cursor):
            return self.signed(.get, fills, weight: isSpot ? 20 : 5, milliseconds) {
                self.writeFills(slot, fromTrade, since, until, cursor, at: milliseconds, into: &$0)
            }
        case .openOrders:
            let path: StaticString = isSpot ? "/api/v3/openOrders" : "/fapi/v1/openOrders"
            return self.signed(.get, path, weight: isSpot ? 80 : 40, milliseconds) { _ in }
        case .balances where isSpot:
            return self.signed(.get, "/api/v3/account", weight: 20, milliseconds) { $0.text("omitZeroBalances=true&") }
        case .balances:
            return self.signed(.get, "/fapi/v2/balance", weight: 5, milliseconds) { _ in }
        case .permissions, .place, .amend, .cancel, .placeAll, .cancelAll, .cancelEverything, .deadMan,
            .createListenKey,
            .renewListenKey:
            // Only the first comes here: the others change something.
            // What the key may do is told by the spot host alone. The host of perpetuals tells whether the account may trade.
            let path: StaticString = isSpot ? "/sapi/v1/account/apiRestrictions" : "/fapi/v1/accountConfig"
            return self.signed(.get, path, weight: isSpot ? 1 : 5, milliseconds) { _ in }
        }
    }

    // MARK: Parameters; each ends with `&`

    /// A post-only order ("New order"). Spot has a type for it, perpetuals a time in force.
    ///
    /// The answer is asked for with the order's state, so that a post-only order that the perpetuals' matching engine expired
    /// at once is known by it.
    private func writePlace(_ terms: OrderTerms, into query: inout WireWriter) {
        let units = self.instruments[terms.slot].units
        self.writeSymbol(terms.slot, into: &query)
        query.text(terms.side == .bid ? "side=BUY" : "side=SELL")
        query.text(self.market == .spot ? "&type=LIMIT_MAKER" : "&type=LIMIT&timeInForce=GTX")
        query.text("&quantity=")
        query.quantity(terms.quantity, units)
        query.text("&price=")
        query.price(terms.price, units)
        query.text("&newClientOrderId=")
        query.order(terms.order)
        query.text("&newOrderRespType=RESULT&")
    }

    /// A change of price and quantity ("Modify Order"): both must be given, and the order's time in force stays.
    private func writeAmend(_ terms: OrderTerms, into query: inout WireWriter) {
        let units = self.instruments[terms.slot].units
        self.writeSymbol(terms.slot, into: &query)
        query.text(terms.side == .bid ? "side=BUY" : "side=SELL")
        query.text("&origClientOrderId=")
        query.order(terms.order)
        query.text("&quantity=")
        query.quantity(terms.quantity, units)
        query.text("&price=")
        query.price(terms.price, units)
        query.text("&")
    }

    private func writeReference(_ slot: Int, _ order: ClientOrderID, into query: inout WireWriter) {
        self.writeSymbol(slot, into: &query)
        query.text("origClientOrderId=")
        query.order(order)
        query.text("&")
    }

    /// Several orders as a list in JSON ("Place Multiple Orders").
    private func writePlaceAll(_ all: [OrderTerms], into query: inout WireWriter) {
        var list = WireWriter(capacity: 240 * all.count)
        list.text("[")
        for (place, terms) in all.enumerated() {
            let instrument = self.instruments[terms.slot]
            list.text(place == 0 ? "{\"symbol\":\"" : ",{\"symbol\":\"")
            for byte in instrument.symbol.utf8 where byte >= 0x20 && byte != 0x22 && byte != 0x5C {
                list.bytes.append(byte)
            }
            list.text(terms.side == .bid ? "\",\"side\":\"BUY\"" : "\",\"side\":\"SELL\"")
            list.text(",\"type\":\"LIMIT\",\"timeInForce\":\"GTX\",\"quantity\":\"")
            list.quantity(terms.quantity, instrument.units)
            list.text("\",\"price\":\"")
            list.price(terms.price, instrument.units)
            list.text("\",\"newClientOrderId\":\"")
            list.order(terms.order)
            list.text("\",\"newOrderRespType\":\"RESULT\"}")
        }
        list.text("]")
        query.text("batchOrders=")
        query.percentEncoded(list.bytes)
        query.text("&")
    }

    /// Several cancels of one instrument ("Cancel Multiple Orders"): the request names one symbol, so that references to
    /// another instrument than the first's are left out; see `AccountCommand.cancelAll`.
    private func writeCancelAll(_ all: [OrderReference], into query: inout WireWriter) {
        guard let first = all.first else { return }
        var list = WireWriter(capacity: 40 * all.count)
        list.text("[")
        for reference in all where reference.slot == first.slot {
            list.text(list.bytes.count == 1 ? "\"" : ",\"")
            list.order(reference.order)
            list.text("\"")
        }
        list.text("]")
        self.writeSymbol(first.slot, into: &query)
        query.text("origClientOrderIdList=")
        query.percentEncoded(list.bytes)
        query.text("&")
    }

    /// Fills of one order, by the venue's number of it ("Account trade list").
    private func writeFillsOfOrder(_ slot: Int, _ venueOrder: UInt64, into query: inout WireWriter) {
        self.writeSymbol(slot, into: &query)
        query.text("orderId=")
        query.integer(Int64(clamping: venueOrder))
        query.text("&limit=1000&")
    }

    /// Fills from a number on, or from a moment on ("Account trade list").
    ///
    /// With a number the venue gives that fill and what follows. With a moment it gives what follows it for a day (perpetuals:
    /// a week), or up to `until`, which must be no further away; where the moment lies further back and nothing says until when,
    /// neither is given, which gives the newest 1,000.
    private func writeFills(
        _ slot: Int, _ fromTrade: UInt64?, _ since: Int64, _ until: Int64?, _ cursor: String?, at now: Int64,
        into query: inout WireWriter
    ) {
        self.writeSymbol(slot, into: &query)
        let window = self.traits.fillsWindowMilliseconds
        if let number = (cursor.flatMap { Int64($0) }) ?? fromTrade.flatMap({ Int64(exactly: $0) }) {
            query.text("fromId=")
            query.integer(number)
            query.text("&")
        } else if since >= 0, let until {
            query.text("startTime=")
            query.integer(since)
            query.text("&endTime=")
            query.integer(until)
            query.text("&")
        } else if since >= 0, now.subtractingReportingOverflow(since).partialValue < window {
            query.text("startTime=")
            query.integer(since)
            query.text("&")
        }
        query.text("limit=1000&")
    }

    // MARK: Signing

    private var keyHeader: [VenueRequest.Header] { [VenueRequest.Header("X-MBX-APIKEY", self.key)] }

    private func path(_ path: StaticString) -> [UInt8] {
        var writer = WireWriter(capacity: 32)
        writer.text(path)
        return writer.bytes
    }

    /// A request whose query is what `write` writes, the window and the time stamp, signed.
    private func signed(
        _ method: VenueRequest.Method, _ path: StaticString, weight: Int, _ milliseconds: Int64,
        _ write: (inout WireWriter) -> Void
    ) -> VenueRequest {
        var query = WireWriter(capacity: 384)
        write(&query)
        query.text("recvWindow=")
        query.integer(self.traits.receiveWindowMilliseconds)
        query.text("&timestamp=")
        query.integer(milliseconds)
        var target = WireWriter(capacity: query.bytes.count + 128)
        target.text(path)
        target.text("?")
        target.bytes.append(contentsOf: query.bytes)
        target.text("&signature=")
        target.percentEncoded(self.signer.signature(of: query.bytes))
        return VenueRequest(method, target.bytes, headers: self.keyHeader, weight: weight)
    }
}
