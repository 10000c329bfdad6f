import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Binance's private streams") struct BinanceStreamTests {
    static let id = BinanceAccount.orderText

    /// A report of spot, as the documentation has its fields.
    static func report(
        _ execution: String, _ status: String, id: String = Self.id, original: String = "", reason: String = "NONE",
        type: String = "LIMIT_MAKER", last: String = "0.0", cumulative: String = "0.0", fee: String = "\"0\"",
        coin: String = "null", trade: Int = -1
    ) -> String {
        """
        {"subscriptionId":0,"event":{"e":"executionReport","E":1499405658658,"s":"BTCUSDT","c":"\(id)","S":"SELL",\
        "o":"\(type)","f":"GTC","q":"1.0","p":"61800.5","P":"0","F":"0","g":-1,"C":"\(original)","x":"\(execution)",\
        "X":"\(status)","r":"\(reason)","i":4293153,"l":"\(last)","z":"\(cumulative)","L":"61800.5","n":\(fee),\
        "N":\(coin),"T":1499405658657,"t":\(trade),"I":8641984,"w":true,"m":true,"M":false,"Z":"0"}}
        """
    }

    /// A report of perpetuals.
    static func update(
        _ execution: String, _ status: String, force: String = "GTX", last: String = "0", cumulative: String = "0",
        fee: String = "", trade: Int = 0
    ) -> String {
        """
        {"e":"ORDER_TRADE_UPDATE","T":1,"E":2,"o":{"s":"BTCUSDT","c":"\(Self.id)","S":"BUY","o":"LIMIT","f":"\(force)",\
        "q":"2","p":"61800.5","ap":"0","sp":"0","x":"\(execution)","X":"\(status)","i":215456450616,"l":"\(last)",\
        "z":"\(cumulative)","L":"61800.4",\(fee)"T":1779367929401,"t":\(trade),"b":"2520.672","a":"0","m":true,"R":false,\
        "ps":"BOTH","rp":"0"}}
        """
    }

    private func spot(_ state: AccountOrder.State, cumulative: String = "0") throws -> [AccountEvent] {
        [
            try BinanceAccount.state(
                state, venueOrder: 4_293_153, side: .ask, price: "61800.5", quantity: "1", cumulative: cumulative)
        ]
    }

    private func perpetual(_ state: AccountOrder.State, cumulative: String = "0") throws -> [AccountEvent] {
        [
            try BinanceAccount.state(
                state, venueOrder: 215_456_450_616, price: "61800.5", quantity: "2", cumulative: cumulative)
        ]
    }

    @Test("of spot tell the states of orders")
    func spotStates() throws {
        #expect(try BinanceAccount.stream(.spot, Self.report("NEW", "NEW")) == self.spot(.standing))
        // After a cancel `C` is the order's id, and `c` that of the cancel.
        let cancelled = Self.report("CANCELED", "CANCELED", id: "web_1", original: Self.id, cumulative: "0.25")
        #expect(try BinanceAccount.stream(.spot, cancelled) == self.spot(.cancelled, cumulative: "0.25"))
        #expect(
            try BinanceAccount.stream(.spot, Self.report("REPLACED", "NEW", id: "new", original: Self.id))
                == self.spot(.amended))
        let taking = Self.report("REJECTED", "REJECTED", reason: "WOULD_MATCH_IMMEDIATELY", type: "LIMIT")
        #expect(try BinanceAccount.stream(.spot, taking) == self.spot(.rejected(.wouldTake)))
        let poor = Self.report("REJECTED", "REJECTED", reason: "INSUFFICIENT_BALANCES")
        #expect(try BinanceAccount.stream(.spot, poor) == self.spot(.rejected(.insufficientBalance)))
        #expect(try BinanceAccount.stream(.spot, Self.report("EXPIRED", "EXPIRED")) == self.spot(.rejected(.wouldTake)))
        #expect(
            try BinanceAccount.stream(.spot, Self.report("EXPIRED", "EXPIRED", cumulative: "0.5"))
                == self.spot(.cancelled, cumulative: "0.5"))
        #expect(
            try BinanceAccount.stream(.spot, Self.report("EXPIRED", "EXPIRED", type: "LIMIT")) == self.spot(.cancelled))
        #expect(
            try BinanceAccount.stream(.spot, Self.report("TRADE_PREVENTION", "EXPIRED_IN_MATCH"))
                == self.spot(.cancelled))
        // Of another's order that it is another's.
        let theirs = try BinanceAccount.stream(.spot, try BinanceAccount.payload("spot_order_event"))
        #expect(
            theirs == [
                try BinanceAccount.state(
                    .standing, slot: 2, order: .none, venueOrder: 4_293_153, price: "0.1026441", quantity: "1")
            ])
    }

    @Test("of spot tell fills, with the fee in any coin, and of the last fill nothing but the fill")
    func spotFills() throws {
        let fill = AccountFill(
            slot: 0, order: BinanceAccount.order, venueOrder: 4_293_153, trade: 77, isNumbered: true, side: .ask,
            price: try Units.standard.price("61800.5"), quantity: try Units.standard.quantity("0.25"),
            fee: try Amount("0.00001"), feeCoin: "BNB", isMaker: true, cumulative: try Units.standard.quantity("0.75"),
            milliseconds: 1_499_405_658_657)
        for status in ["PARTIALLY_FILLED", "FILLED"] {
            let text = Self.report(
                "TRADE", status, last: "0.25", cumulative: "0.75", fee: "\"0.00001\"", coin: "\"BNB\"", trade: 77)
            #expect(try BinanceAccount.stream(.spot, text) == [.fill(fill)])
        }
        // A fee without its coin, a fill without its number: found out by request.
        for broken in [
            Self.report("TRADE", "FILLED", last: "1", cumulative: "1", fee: "\"0.1\"", trade: 77),
            Self.report("TRADE", "FILLED", last: "1", cumulative: "1"),
        ] {
            #expect(throws: WireError.self) { try BinanceAccount.stream(.spot, broken) }
        }
        // Nothing traded after all: the state alone.
        #expect(
            try BinanceAccount.stream(.spot, Self.report("TRADE", "CANCELED", cumulative: "0.5"))
                == self.spot(.cancelled, cumulative: "0.5"))
    }

    @Test("of spot tell balances, replies and their own end")
    func spotRest() throws {
        let position = """
            {"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1,"u":2,"B":[{"a":"ETH","f":"10000.5","l":"0.5"}]}}
            """
        #expect(
            try BinanceAccount.stream(.spot, position)
                == [.balance(coin: "ETH", total: try Amount("10001"), free: try Amount("10000.5"))])
        let accepted = "{\"id\":1,\"status\":200,\"result\":{\"subscriptionId\":0},\"rateLimits\":[]}"
        #expect(try BinanceAccount.stream(.spot, accepted) == [.stepDone])
        let refused = "{\"id\":1,\"status\":400,\"error\":{\"code\":-1022,\"msg\":\"Signature is not valid.\"}}"
        #expect(
            try BinanceAccount.stream(.spot, refused)
                == [.stepRefused(code: -1022, message: "Signature is not valid.")])
        #expect(try BinanceAccount.stream(.spot, "{\"id\":2,\"status\":200,\"result\":{}}") == [])
        for end in [
            "{\"subscriptionId\":0,\"event\":{\"e\":\"eventStreamTerminated\",\"E\":1}}",
            "{\"event\":{\"e\":\"serverShutdown\",\"E\":1}}", "{\"e\":\"serverShutdown\",\"E\":1}",
        ] {
            #expect(try BinanceAccount.stream(.spot, end) == [.streamEnded])
        }
        let delta =
            "{\"subscriptionId\":0,\"event\":{\"e\":\"balanceUpdate\",\"E\":1,\"a\":\"BTC\",\"d\":\"100\",\"T\":2}}"
        #expect(try BinanceAccount.stream(.spot, delta) == [])
    }

    @Test("of perpetuals tell the states of orders")
    func perpetualStates() throws {
        #expect(try BinanceAccount.stream(.perpetual, Self.update("NEW", "NEW")) == self.perpetual(.standing))
        #expect(try BinanceAccount.stream(.perpetual, Self.update("AMENDMENT", "NEW")) == self.perpetual(.amended))
        #expect(
            try BinanceAccount.stream(.perpetual, Self.update("CANCELED", "CANCELED", cumulative: "0.5"))
                == self.perpetual(.cancelled, cumulative: "0.5"))
        #expect(
            try BinanceAccount.stream(.perpetual, Self.update("EXPIRED", "EXPIRED"))
                == self.perpetual(.rejected(.wouldTake)))
        #expect(
            try BinanceAccount.stream(.perpetual, Self.update("EXPIRED", "EXPIRED", force: "GTC"))
                == self.perpetual(.cancelled))
    }

    @Test("of perpetuals tell fills, balances of margin coins, and that the listen key is gone")
    func perpetualRest() throws {
        let fill = AccountFill(
            slot: 0, order: BinanceAccount.order, venueOrder: 215_456_450_616, trade: 9, isNumbered: true, side: .bid,
            price: try Units.standard.price("61800.4"), quantity: try Units.standard.quantity("0.5"),
            fee: try Amount("-0.001"), feeCoin: "USDT", isMaker: true, cumulative: try Units.standard.quantity("1.5"),
            milliseconds: 1_779_367_929_401)
        let text = Self.update(
            "TRADE", "PARTIALLY_FILLED", last: "0.5", cumulative: "1.5", fee: "\"n\":\"-0.001\",\"N\":\"USDT\",",
            trade: 9)
        #expect(try BinanceAccount.stream(.perpetual, text) == [.fill(fill)])
        // Without a commission both fields are missing.
        var free = fill
        free.fee = .zero
        free.feeCoin = ""
        let plain = Self.update("TRADE", "FILLED", last: "0.5", cumulative: "1.5", trade: 9)
        #expect(try BinanceAccount.stream(.perpetual, plain) == [.fill(free)])
        // A liquidation has no number: found out by request.
        #expect(throws: WireError.self) {
            try BinanceAccount.stream(.perpetual, Self.update("CALCULATED", "FILLED", last: "2", cumulative: "2"))
        }
        #expect(
            try BinanceAccount.stream(.perpetual, try BinanceAccount.payload("um_account_update"))
                == [
                    .balance(coin: "USDT", total: try Amount("122624.12345678"), free: try Amount("100.12345678")),
                    .balance(coin: "BUSD", total: try Amount("1"), free: .zero),
                ])
        #expect(try BinanceAccount.stream(.perpetual, try BinanceAccount.payload("um_trade_update")) == [])
        #expect(
            try BinanceAccount.stream(.perpetual, "{\"e\":\"listenKeyExpired\",\"E\":1,\"listenKey\":\"x\"}")
                == [.streamEnded])
    }
}
