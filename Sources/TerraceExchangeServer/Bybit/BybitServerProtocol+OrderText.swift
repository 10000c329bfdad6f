import TerraceCore
import TerraceVenues

/// Orders, fills and balances as answers and private topics write them.
extension BybitServerProtocol {
    /// A number of a trade: unique over all instruments, nineteen digits.
    static func tradeID(_ instrument: Int, _ trade: UInt64) -> String {
        "\(2_000_000_000_000_000_000 &+ UInt64(instrument) &* 100_000_000_000_000 &+ trade % 100_000_000_000_000)"
    }

    /// Where an order stands, and why: `orderStatus`, `rejectReason`, `cancelType`.
    private static func status(_ order: OrderRecord) -> (status: StaticString, reason: StaticString, type: StaticString)
    {
        let isPartial = order.filled > .zero
        switch order.status {
        case .new: return ("New", "EC_NoError", "UNKNOWN")
        case .partlyFilled: return ("PartiallyFilled", "EC_NoError", "UNKNOWN")
        case .filled: return ("Filled", "EC_NoError", "UNKNOWN")
        case .cancelled:
            return (isPartial ? "PartiallyFilledCanceled" : "Cancelled", "EC_PerCancelRequest", "CancelByUser")
        case .expired:
            return (isPartial ? "PartiallyFilledCanceled" : "Cancelled", "EC_NoImmediateQtyToFill", "UNKNOWN")
        case .expiredInMatch:
            return (isPartial ? "PartiallyFilledCanceled" : "Cancelled", "EC_BySelfMatch", "CancelBySmp")
        case .rejected(.wouldTake): return ("Cancelled", "EC_PostOnlyWillTakeLiquidity", "UNKNOWN")
        case .rejected: return ("Rejected", "EC_Others", "UNKNOWN")
        }
    }

    func writeOrder(_ order: OrderRecord, isPush: Bool, into writer: inout WireWriter) {
        let instrument = self.core.instruments[order.instrument]
        let units = instrument.units
        let (status, reason, type) = Self.status(order)
        writer.text(isPush ? "{\"category\":\"spot\",\"symbol\":\"" : "{\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"orderId\":\"")
        writer.plain(Self.orderID(order.id))
        writer.text("\",\"orderLinkId\":")
        writer.quoted(order.clientID)
        writer.text(",\"blockTradeId\":\"\",\"side\":\"")
        writer.text(order.side == .bid ? "Buy" : "Sell")
        writer.text("\",\"positionIdx\":0,\"orderStatus\":\"")
        writer.text(status)
        writer.text("\",\"cancelType\":\"")
        writer.text(type)
        writer.text("\",\"rejectReason\":\"")
        writer.text(reason)
        writer.text("\",\"timeInForce\":\"")
        switch order.kind {
        case .limit: writer.text("GTC")
        case .postOnly: writer.text("PostOnly")
        case .immediateOrCancel, .market: writer.text("IOC")
        case .fillOrKill: writer.text("FOK")
        }
        writer.text("\",\"isLeverage\":\"0\",\"price\":\"")
        writer.price(order.price, units)
        writer.text("\",\"qty\":\"")
        writer.quantity(order.quantity, units)
        writer.text("\",\"avgPrice\":\"")
        if order.filled > .zero {
            writer.decimal(
                Int64(clamping: order.filledNotional.units / Int128(order.filled.units)), exponent: units.priceExponent)
        }
        let isOpen = order.isOpen
        let leaves = isOpen ? order.remaining : .zero
        writer.text("\",\"leavesQty\":\"")
        writer.quantity(leaves, units)
        writer.text("\",\"leavesValue\":\"")
        writer.fixed(Notional(of: leaves, at: order.price).units, exponent: instrument.notionalExponent)
        writer.text("\",\"cumExecQty\":\"")
        writer.quantity(order.filled, units)
        writer.text("\",\"cumExecValue\":\"")
        writer.fixed(order.filledNotional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"cumExecFee\":\"")
        writer.fixed(order.fees.first?.amount.units ?? 0, exponent: Amount.exponent)
        writer.text("\",\"cumFeeDetail\":{")
        var isFirst = true
        for (coin, amount) in order.fees {
            writer.comma(&isFirst)
            writer.quoted(self.core.coins[coin])
            writer.text(":\"")
            writer.fixed(amount.units, exponent: Amount.exponent)
            writer.text("\"")
        }
        writer.text("},\"orderType\":\"")
        writer.text(order.kind == .market ? "Market" : "Limit")
        writer.text(
            "\",\"stopOrderType\":\"\",\"orderIv\":\"\",\"triggerPrice\":\"\",\"takeProfit\":\"\",\"stopLoss\":\"\",")
        writer.text("\"tpslMode\":\"\",\"triggerDirection\":0,\"triggerBy\":\"\",\"lastPriceOnCreated\":\"\",")
        writer.text("\"reduceOnly\":false,\"closeOnTrigger\":false,\"placeType\":\"\",\"smpType\":\"CancelTaker\",")
        writer.text("\"smpGroup\":0,\"smpOrderId\":\"\",\"createdTime\":\"")
        writer.integer(self.core.milliseconds(order.createdAt))
        writer.text("\",\"updatedTime\":\"")
        writer.integer(self.core.milliseconds(order.updatedAt))
        writer.text("\"}")
    }

    /// An execution. What is left of the order, and what it is, is not kept with a fill and told with a push alone.
    func writeFill(_ record: FillRecord, of order: OrderRecord?, isPush: Bool, into writer: inout WireWriter) {
        let instrument = self.core.instruments[record.instrument]
        let units = instrument.units
        let fill = record.fill
        writer.text(isPush ? "{\"category\":\"spot\",\"symbol\":\"" : "{\"symbol\":\"")
        writer.plain(instrument.symbol)
        writer.text("\",\"isLeverage\":\"0\",\"orderId\":\"")
        writer.plain(Self.orderID(record.order))
        writer.text("\",\"orderLinkId\":")
        writer.quoted(record.clientID)
        writer.text(",\"side\":\"")
        writer.text(fill.side == .bid ? "Buy" : "Sell")
        writer.text("\",\"orderPrice\":\"")
        writer.price(order?.price ?? fill.price, units)
        writer.text("\",\"orderQty\":\"")
        writer.quantity(order?.quantity ?? fill.quantity, units)
        writer.text("\",\"leavesQty\":\"")
        if let order { writer.quantity(order.remaining, units) }
        writer.text("\",\"orderType\":\"")
        writer.text(order?.kind == .market ? "Market" : "Limit")
        writer.text("\",\"stopOrderType\":\"\",\"execFee\":\"")
        writer.fixed(fill.fee.units, exponent: Amount.exponent)
        writer.text("\",\"feeCurrency\":")
        writer.quoted(self.core.coins[fill.feeAsset.index])
        writer.text(",\"execId\":\"")
        writer.plain(Self.tradeID(record.instrument, fill.trade))
        writer.text("\",\"execPrice\":\"")
        writer.price(fill.price, units)
        writer.text("\",\"execQty\":\"")
        writer.quantity(fill.quantity, units)
        writer.text("\",\"execType\":\"Trade\",\"execValue\":\"")
        writer.fixed(record.notional.units, exponent: instrument.notionalExponent)
        writer.text("\",\"execTime\":\"")
        writer.integer(self.core.milliseconds(record.at))
        writer.text("\",\"isMaker\":")
        writer.boolean(fill.isMaker)
        writer.text(",\"feeRate\":\"")
        let rate = fill.isMaker ? instrument.rules.makerFee : instrument.rules.takerFee
        writer.plain(Self.rate(rate))
        writer.text(
            "\",\"tradeIv\":\"\",\"markIv\":\"\",\"markPrice\":\"\",\"indexPrice\":\"\",\"underlyingPrice\":\"\",")
        writer.text("\"blockTradeId\":\"\",\"closedSize\":\"\",\"seq\":")
        writer.integer(self.books[record.instrument].sequence)
        writer.text("}")
    }

    /// A fee as a share of the notional.
    static func rate(_ fee: Millibps) -> String {
        var writer = WireWriter(capacity: 16)
        writer.decimal(Int64(fee.units), exponent: -7)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The account with these coins.
    func writeWallet(_ account: Int, _ coins: [Int], into writer: inout WireWriter) {
        writer.text("{\"accountType\":\"UNIFIED\",\"accountIMRate\":\"\",\"accountMMRate\":\"\",\"accountLTV\":\"\",")
        writer.text("\"totalEquity\":\"\",\"totalWalletBalance\":\"\",\"totalMarginBalance\":\"\",")
        writer.text("\"totalAvailableBalance\":\"\",\"totalPerpUPL\":\"\",\"totalInitialMargin\":\"\",")
        writer.text("\"totalMaintenanceMargin\":\"\",\"coin\":[")
        var isFirst = true
        for coin in coins {
            let (total, free) = self.core.balance(account, coin)
            writer.comma(&isFirst)
            writer.text("{\"coin\":")
            writer.quoted(self.core.coins[coin])
            for name in ["equity", "walletBalance"] {
                writer.text(",\"")
                writer.plain(name)
                writer.text("\":\"")
                writer.fixed(total.units, exponent: Amount.exponent)
                writer.text("\"")
            }
            writer.text(",\"locked\":\"")
            writer.fixed((total - free).units, exponent: Amount.exponent)
            writer.text(
                "\",\"usdValue\":\"\",\"availableToWithdraw\":\"\",\"borrowAmount\":\"0\",\"spotBorrow\":\"0\",")
            writer.text("\"accruedInterest\":\"0\",\"totalOrderIM\":\"0\",\"totalPositionIM\":\"0\",")
            writer.text("\"totalPositionMM\":\"0\",\"unrealisedPnl\":\"0\",\"cumRealisedPnl\":\"0\",\"bonus\":\"0\",")
            writer.text("\"marginCollateral\":true,\"collateralSwitch\":true,\"spotHedgingQty\":\"0\"}")
        }
        writer.text("]}")
    }
}
