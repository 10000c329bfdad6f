import TerraceCore
import TerraceVenues

/// Orders as the venue's answers write them.
extension BinanceServerProtocol {
    static func status(_ order: OrderRecord) -> StaticString {
        switch order.status {
        case .new: "NEW"
        case .partlyFilled: "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .cancelled: "CANCELED"
        case .expired: "EXPIRED"
        case .expiredInMatch: "EXPIRED_IN_MATCH"
        case .rejected: "REJECTED"
        }
    }

    static func type(_ order: OrderRecord) -> StaticString {
        switch order.kind {
        case .limit, .immediateOrCancel, .fillOrKill: "LIMIT"
        case .postOnly: "LIMIT_MAKER"
        case .market: "MARKET"
        }
    }

    static func timeInForce(_ order: OrderRecord) -> StaticString {
        switch order.kind {
        case .limit, .postOnly, .market: "GTC"
        case .immediateOrCancel: "IOC"
        case .fillOrKill: "FOK"
        }
    }

    /// `"symbol":"BTCUSDT","orderId":1,"orderListId":-1,"clientOrderId":"x"`
    private func writeHead(_ order: OrderRecord, client: String, into writer: inout WireWriter) {
        writer.text("\"symbol\":\"")
        writer.plain(self.core.instruments[order.instrument].symbol)
        writer.text("\",\"orderId\":")
        writer.integer(Int64(clamping: order.id))
        writer.text(",\"orderListId\":-1,\"clientOrderId\":")
        writer.quoted(client)
    }

    /// Terms and state, beginning with a comma.
    private func writeTerms(_ order: OrderRecord, into writer: inout WireWriter) {
        let instrument = self.core.instruments[order.instrument]
        writer.text(",\"price\":\"")
        writer.fixed(Int128(order.price.units), exponent: instrument.units.priceExponent)
        writer.text("\",\"origQty\":\"")
        writer.fixed(Int128(order.quantity.units), exponent: instrument.units.quantityExponent)
        writer.text("\",\"executedQty\":\"")
        writer.fixed(Int128(order.filled.units), exponent: instrument.units.quantityExponent)
        writer.text("\",\"origQuoteOrderQty\":\"")
        writer.fixed(order.quoteQuantity.units, exponent: instrument.notionalExponent)
        writer.text("\",\"cummulativeQuoteQty\":\"")
        writer.fixed(order.filledNotional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"status\":\"")
        writer.text(Self.status(order))
        writer.text("\",\"timeInForce\":\"")
        writer.text(Self.timeInForce(order))
        writer.text("\",\"type\":\"")
        writer.text(Self.type(order))
        writer.text("\",\"side\":\"")
        writer.text(order.side == .bid ? "BUY" : "SELL")
        writer.text("\"")
    }

    /// The answer to an order that was taken, in the form that was wanted.
    func placed(_ order: OrderRecord, _ fills: [FillRecord], _ wanted: String) -> [UInt8] {
        var writer = WireWriter(capacity: 512 + fills.count * 120)
        writer.text("{")
        self.writeHead(order, client: order.clientID, into: &writer)
        writer.text(",\"transactTime\":")
        writer.integer(self.core.venueMilliseconds)
        if wanted != "ACK" {
            self.writeTerms(order, into: &writer)
            writer.text(",\"workingTime\":")
            writer.integer(self.core.milliseconds(order.createdAt))
            writer.text(",\"selfTradePreventionMode\":\"EXPIRE_TAKER\"")
        }
        if wanted == "FULL" {
            let units = self.core.instruments[order.instrument].units
            writer.text(",\"fills\":[")
            var isFirst = true
            for record in fills {
                writer.comma(&isFirst)
                writer.text("{\"price\":\"")
                writer.fixed(Int128(record.fill.price.units), exponent: units.priceExponent)
                writer.text("\",\"qty\":\"")
                writer.fixed(Int128(record.fill.quantity.units), exponent: units.quantityExponent)
                writer.text("\",\"commission\":\"")
                writer.fixed(record.fill.fee.units, exponent: Amount.exponent)
                writer.text("\",\"commissionAsset\":\"")
                writer.plain(self.core.coins[record.fill.feeAsset.index])
                writer.text("\",\"tradeId\":")
                writer.integer(Int64(clamping: record.fill.trade))
                writer.text("}")
            }
            writer.text("]")
        }
        writer.text("}")
        return writer.bytes
    }

    /// The answer to a cancel.
    func writeCancelled(_ order: OrderRecord, _ request: String, into writer: inout WireWriter) {
        writer.text("{")
        self.writeHead(order, client: request, into: &writer)
        writer.text(",\"origClientOrderId\":")
        writer.quoted(order.clientID)
        writer.text(",\"transactTime\":")
        writer.integer(self.core.venueMilliseconds)
        self.writeTerms(order, into: &writer)
        writer.text(",\"selfTradePreventionMode\":\"EXPIRE_TAKER\"}")
    }

    /// An order as queries tell it.
    func writeOrder(_ order: OrderRecord, into writer: inout WireWriter) {
        writer.text("{")
        self.writeHead(order, client: order.clientID, into: &writer)
        self.writeTerms(order, into: &writer)
        writer.text(",\"stopPrice\":\"0.00000000\",\"icebergQty\":\"0.00000000\",\"time\":")
        writer.integer(self.core.milliseconds(order.createdAt))
        writer.text(",\"updateTime\":")
        writer.integer(self.core.milliseconds(order.updatedAt))
        writer.text(",\"isWorking\":true,\"workingTime\":")
        writer.integer(self.core.milliseconds(order.createdAt))
        writer.text(",\"selfTradePreventionMode\":\"EXPIRE_TAKER\"}")
    }
}
