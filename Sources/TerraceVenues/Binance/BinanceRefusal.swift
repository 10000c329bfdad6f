import TerraceCore

/// A refusal as Binance words it: a code, and a text that tells apart what one code stands for.
///
/// Sources: "Error codes" of spot, "Error Codes" of USDⓈ-M Futures, and for the texts of -2010 the section "Messages for
/// -1010 ERROR_MSG_RECEIVED, -2010 NEW_ORDER_REJECTED, and -2011 CANCEL_REJECTED".
struct BinanceRefusal: Equatable {
    let code: Int64
    let message: String

    init(code: Int64, message: String) {
        self.code = code
        self.message = message
    }

    /// Reads `{"code": -2010, "msg": "..."}`; nil where `node` is no such object.
    init?(_ tree: WireTree, _ node: WireTree.Node) throws(WireError) {
        guard tree.kind(of: node) == .object, let code = try tree.find("code", in: node) else { return nil }
        self.code = try tree.integer(code)
        // Of all actions on perpetuals one answers with a code when it was carried out: 200.
        if self.code >= 0 { return nil }
        if let message = try tree.find("msg", in: node) {
            self.message = try tree.text(message)
        } else {
            self.message = ""
        }
    }

    /// What an answer of this status with this refusal means.
    func outcome(_ answer: VenueAnswer) -> AnswerOutcome {
        switch answer.status {
        case 418: return Self.limited(answer, code: self.code)
        case 500...: return .unknown(code: self.code)
        default: break
        }
        switch self.code {
        case -1015: return .refused(.rateLimited, code: self.code)  // Orders; it comes with status 429 too.
        case -1003: return Self.limited(answer, code: self.code)
        case -1021: return .clockOff(code: self.code)
        case -1002, -1022, -2008, -2014, -2015: return .keyRefused(code: self.code)
        // Unknown error, disconnected, unexpected response, time-out: it may have been carried out.
        case -1000, -1001, -1006, -1007: return .unknown(code: self.code)
        default: break
        }
        if answer.status == 429 { return Self.limited(answer, code: self.code) }
        return .refused(self.reason, code: self.code)
    }

    /// Status 429 (too many requests) or 418 (banned for going on). `Retry-After` says how long; without it, the weight's
    /// window of a minute, or the shortest ban of two.
    static func limited(_ answer: VenueAnswer, code: Int64) -> AnswerOutcome {
        let isBan = answer.status == 418
        let least: Int64 = isBan ? 120_000_000_000 : 60_000_000_000
        return .limited(
            nanoseconds: answer.retryAfterNanoseconds > 0 ? answer.retryAfterNanoseconds : least, isBan: isBan,
            code: code)
    }

    /// Why an order, a cancel or a query was refused.
    var reason: VenueRejection {
        switch self.code {
        case -2010, -1013, -2011: self.reasonByMessage
        case -5022: .wouldTake
        case -2018, -2019: .insufficientBalance
        case -4116: .duplicateOrder
        case -2013, -2026: .unknownOrder
        case -1111: self.message.contains("uantity") ? .lotSize : .priceFilter
        // Beyond the least or largest price, off the tick, beyond the bands around the mark price.
        case -4001, -4002, -4013, -4014, -4016, -4024, -4131: .priceFilter
        case -4003, -4004, -4005, -4023: .lotSize
        case -4164: .minimumNotional
        case -1008, -1015: .rateLimited
        case -2025: .tooManyOrders
        case -4108, -4140: .marketClosed
        default: .other
        }
    }

    private var reasonByMessage: VenueRejection {
        let message = self.message
        if message.contains("immediately match") { return .wouldTake }
        if message.contains("insufficient balance") { return .insufficientBalance }
        if message.contains("Duplicate order") { return .duplicateOrder }
        if message.contains("Unknown order") { return .unknownOrder }
        if message.contains("arket is closed") || message.contains("rading is disabled") { return .marketClosed }
        if message.contains("MAX_NUM") { return .tooManyOrders }
        if message.contains("PRICE") { return .priceFilter }
        if message.contains("LOT_SIZE") { return .lotSize }
        if message.contains("NOTIONAL") { return .minimumNotional }
        return self.code == -2011 ? .unknownOrder : .other
    }

    /// Why an order ended unfilled, by the reject reason of the private stream.
    static func reason(_ text: String) -> VenueRejection? {
        if text.contains("WOULD_MATCH") { return .wouldTake }
        if text.contains("INSUFFICIENT_BALANCE") { return .insufficientBalance }
        if text.contains("DUPLICATE") { return .duplicateOrder }
        return nil
    }
}
