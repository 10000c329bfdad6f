import TerraceCore
import TerraceVenues

/// Events of an account: "User Data Streams".
extension BinanceServerProtocol {
    func told(_ event: CoreEvent, into output: inout ServerOutput) {
        // Numbers of executions are given whether or not anybody listens.
        self.executionCount += 1
        let streams = self.userStreams.filter { $0.account == event.account }
        if streams.isEmpty { return }
        let payload: [UInt8]
        switch event {
        case .accepted(let order): payload = self.execution(order, "NEW", status: "NEW")
        case .rejected(let order):
            // "This message appears only with Cancel Replace Orders."
            guard self.isReplacing else { return }
            payload = self.execution(order, "REJECTED")
        case .filled(let order, let fill): payload = self.execution(order, "TRADE", fill: fill)
        case .ended(let order, let request):
            switch order.status {
            case .cancelled: payload = self.execution(order, "CANCELED", request: request)
            case .new, .partlyFilled, .filled, .expired, .expiredInMatch, .rejected:
                payload = self.execution(order, "EXPIRED")
            }
        case .amended(let order): payload = self.execution(order, "REPLACED")
        case .balances(let account, let coins): payload = self.position(account, coins)
        }
        for stream in streams {
            output.send(self.wrapped(payload, stream), to: stream.connection, as: .privateData)
        }
    }

    private func wrapped(_ payload: [UInt8], _ stream: BinanceUserStream) -> [UInt8] {
        if stream.isWrapped { return Self.wrapped(stream.listenKey, payload) }
        guard let number = stream.subscription else { return payload }
        var writer = WireWriter(capacity: payload.count + 48)
        writer.text("{\"subscriptionId\":")
        writer.integer(Int64(number))
        writer.text(",\"event\":")
        writer.bytes.append(contentsOf: payload)
        writer.text("}")
        return writer.bytes
    }

    /// An `executionReport`.
    ///
    /// - Parameter request: What the owner called the cancel: then that is `c`, and the order's own id is `C`.
    private func execution(
        _ order: OrderRecord, _ type: StaticString, status: StaticString? = nil, fill: FillRecord? = nil,
        request: String = ""
    ) -> [UInt8] {
        let instrument = self.core.instruments[order.instrument]
        let units = instrument.units
        var writer = WireWriter(capacity: 768)
        writer.text("{\"e\":\"executionReport\",\"E\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"s\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"c\":")
        writer.quoted(request.isEmpty ? order.clientID : request)
        writer.text(",\"S\":\"")
        writer.text(order.side == .bid ? "BUY" : "SELL")
        writer.text("\",\"o\":\"")
        writer.text(Self.type(order))
        writer.text("\",\"f\":\"")
        writer.text(Self.timeInForce(order))
        writer.text("\",\"q\":\"")
        writer.fixed(Int128(order.quantity.units), exponent: units.quantityExponent)
        writer.text("\",\"p\":\"")
        writer.fixed(Int128(order.price.units), exponent: units.priceExponent)
        writer.text("\",\"P\":\"0.00000000\",\"F\":\"0.00000000\",\"g\":-1,\"C\":")
        writer.quoted(request.isEmpty ? "" : order.clientID)
        writer.text(",\"x\":\"")
        writer.text(type)
        writer.text("\",\"X\":\"")
        writer.text(status ?? Self.status(order))
        writer.text("\",\"r\":\"")
        writer.text(Self.reason(order))
        writer.text("\",\"i\":")
        writer.integer(Int64(clamping: order.id))
        writer.text(",\"l\":\"")
        writer.fixed(Int128(fill?.fill.quantity.units ?? 0), exponent: units.quantityExponent)
        writer.text("\",\"z\":\"")
        writer.fixed(Int128(order.filled.units), exponent: units.quantityExponent)
        writer.text("\",\"L\":\"")
        writer.fixed(Int128(fill?.fill.price.units ?? 0), exponent: units.priceExponent)
        writer.text("\",\"n\":\"")
        writer.fixed(fill?.fill.fee.units ?? 0, exponent: Amount.exponent)
        writer.text("\",\"N\":")
        if let fill { writer.quoted(self.core.coins[fill.fill.feeAsset.index]) } else { writer.text("null") }
        writer.text(",\"T\":")
        writer.integer(self.core.milliseconds(fill?.at ?? order.updatedAt))
        writer.text(",\"t\":")
        writer.integer(fill.map { Int64(clamping: $0.fill.trade) } ?? -1)
        writer.text(",\"v\":0,\"I\":")
        writer.integer(self.executionCount)
        writer.text(",\"w\":")
        writer.boolean(order.isOpen)
        writer.text(",\"m\":")
        writer.boolean(fill?.fill.isMaker ?? false)
        writer.text(",\"M\":")
        writer.boolean(fill != nil)
        writer.text(",\"O\":")
        writer.integer(self.core.milliseconds(order.createdAt))
        writer.text(",\"Z\":\"")
        writer.fixed(order.filledNotional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"Y\":\"")
        writer.fixed(fill?.notional.units ?? 0, exponent: instrument.notionalExponent)
        writer.text("\",\"Q\":\"")
        writer.fixed(order.quoteQuantity.units, exponent: instrument.notionalExponent)
        writer.text("\",\"W\":")
        writer.integer(self.core.milliseconds(order.createdAt))
        writer.text(",\"V\":\"EXPIRE_TAKER\"}")
        return writer.bytes
    }

    private static func reason(_ order: OrderRecord) -> StaticString {
        guard case .rejected(let reason) = order.status else { return "NONE" }
        switch reason {
        case .wouldTake: return "WOULD_MATCH_IMMEDIATELY"
        case .insufficientBalance: return "INSUFFICIENT_BALANCES"
        case .priceFilter, .lotSize, .minimumNotional, .rateLimited, .duplicateOrder, .unknownOrder, .marketClosed,
            .tooManyOrders, .other:
            return "NONE"
        }
    }

    /// An `outboundAccountPosition`.
    private func position(_ account: Int, _ coins: [Int]) -> [UInt8] {
        var writer = WireWriter(capacity: 128 + coins.count * 80)
        writer.text("{\"e\":\"outboundAccountPosition\",\"E\":")
        writer.integer(self.core.venueMilliseconds)
        writer.text(",\"u\":")
        writer.integer(self.core.milliseconds(self.core.accounts[account].updatedAt))
        writer.text(",\"B\":[")
        var isFirst = true
        for coin in coins {
            let (total, free) = self.core.balance(account, coin)
            writer.comma(&isFirst)
            writer.text("{\"a\":\"")
            writer.plain(self.core.coins[coin])
            writer.text("\",\"f\":\"")
            writer.fixed(free.units, exponent: Amount.exponent)
            writer.text("\",\"l\":\"")
            writer.fixed((total - free).units, exponent: Amount.exponent)
            writer.text("\"}")
        }
        writer.text("]}")
        return writer.bytes
    }
}
