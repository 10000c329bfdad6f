import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Binance's answers") struct BinanceAnswerTests {
    static let id = BinanceAccount.orderText

    @Test("to a place say that the order stands")
    func placed() throws {
        let terms = try BinanceAccount.terms("60000", "0.002")
        let body = """
            {"orderId":22,"symbol":"BTCUSDT","clientOrderId":"\(Self.id)","status":"NEW","price":"60000.0",\
            "origQty":"0.002","executedQty":"0.000","timeInForce":"GTX","type":"LIMIT","side":"BUY"}
            """
        let stands = try BinanceAccount.state(.standing, venueOrder: 22, price: "60000", quantity: "0.002")
        for market in BinanceMarket.allCases {
            let (outcome, events) = BinanceAccount.read(market, .place(terms), body)
            #expect(outcome == .done && events == [stands])
        }
        // The short form.
        let short = "{\"symbol\":\"BTCUSDT\",\"orderId\":22,\"clientOrderId\":\"\(Self.id)\",\"transactTime\":1}"
        #expect(BinanceAccount.read(.spot, .place(terms), short).events == [stands])
        // Expired at once, and nothing traded: it would have taken.
        let expired = body.replacing("\"NEW\"", with: "\"EXPIRED\"")
        let refused = BinanceAccount.read(.perpetual, .place(terms), expired)
        #expect(refused.outcome == .refused(.wouldTake, code: 0) && refused.events.isEmpty)
        // Expired after a part traded: it stood.
        let part = expired.replacing("\"0.000\"", with: "\"0.001\"")
        #expect(
            BinanceAccount.read(.perpetual, .place(terms), part).events
                == [
                    try BinanceAccount.state(
                        .cancelled, venueOrder: 22, price: "60000", quantity: "0.002", cumulative: "0.001")
                ])
    }

    @Test("about another order than was asked about make no sense")
    func otherOrder() throws {
        let body = try BinanceAccount.payload("spot_get_order", ["myOrder1": BinanceAccount.otherText])
        let found = BinanceAccount.read(.spot, .order(slot: 1, BinanceAccount.order), body)
        #expect(found.outcome == .unknown(code: 200) && found.events.isEmpty)
        // A state that nobody knows, a number with a broken digit, a body cut off.
        let right = try BinanceAccount.payload("spot_get_order", ["myOrder1": Self.id])
        for broken in [
            right.replacing("\"NEW\"", with: "\"NOVEL\""), right.replacing("\"1.0\"", with: "\"1.O\""),
            String(right.dropLast(2)), "", "<html>", "{}", "[]", "null",
        ] {
            let read = BinanceAccount.read(.spot, .order(slot: 1, BinanceAccount.order), broken)
            #expect(read.outcome == .unknown(code: 200) && read.events.isEmpty, "\(broken)")
        }
    }

    @Test("of spot, as documented, tell orders")
    func spotOrders() throws {
        let placed = try BinanceAccount.payload("spot_place_order", ["6gCrw2kRUAF9CvJDGP16IP": Self.id])
        #expect(
            BinanceAccount.read(.spot, .place(try BinanceAccount.terms("1", "10", side: .ask)), placed).events
                == [
                    try BinanceAccount.state(
                        .filled, venueOrder: 28, side: .ask, price: "0", quantity: "10", cumulative: "10")
                ])
        let found = try BinanceAccount.payload("spot_get_order", ["myOrder1": Self.id])
        #expect(
            BinanceAccount.read(.spot, .order(slot: 1, BinanceAccount.order), found).events
                == [try BinanceAccount.state(.standing, slot: 1, venueOrder: 1, price: "0.1", quantity: "1")])
        let cancelled = try BinanceAccount.payload("spot_cancel_order", ["myOrder1": Self.id])
        #expect(
            BinanceAccount.read(.spot, .cancel(slot: 1, BinanceAccount.order), cancelled).events
                == [try BinanceAccount.state(.cancelled, slot: 1, venueOrder: 4, price: "2", quantity: "1")])
        let all = try BinanceAccount.payload("spot_cancel_all_orders", ["E6APeyTJvkMvLMYMqu1KQ4": Self.id])
        #expect(
            BinanceAccount.read(.spot, .cancelEverything(slot: 0), all).events
                == [
                    try BinanceAccount.state(.cancelled, venueOrder: 11, price: "0.089853", quantity: "0.178622"),
                    try BinanceAccount.state(
                        .cancelled, order: .none, venueOrder: 13, price: "0.09043", quantity: "0.178622"),
                ])
    }

    @Test("of spot tell the orders that stand, whoever sent them")
    func spotOpenOrders() throws {
        let reply = try JSONSerialization.jsonObject(with: Data(Fixture.bytes("payloads/ws_api_get_open_orders.json")))
        let result = try #require((reply as? [String: Any])?["result"])
        let body = String(decoding: try JSONSerialization.data(withJSONObject: result), as: UTF8.self)
        let theirs = try BinanceAccount.state(
            .standing, order: .none, venueOrder: 12_569_099_453, side: .ask, price: "23416.1", quantity: "0.00847",
            cumulative: "0.0072")
        #expect(BinanceAccount.read(.spot, .openOrders(cursor: nil), body).events == [theirs])
        // Of an instrument that is not on the list only that it stands.
        let elsewhere = body.replacing("BTCUSDT", with: "XYZUSDT")
        #expect(
            BinanceAccount.read(.spot, .openOrders(cursor: nil), elsewhere).events
                == [
                    try BinanceAccount.state(
                        .standing, slot: nil, order: .none, venueOrder: 12_569_099_453, side: .ask, price: "0",
                        quantity: "0")
                ])
        #expect(BinanceAccount.read(.spot, .openOrders(cursor: nil), "[]") == (.done, []))
    }

    @Test("of perpetuals, as documented, tell orders")
    func perpetualOrders() throws {
        let cancelled = try BinanceAccount.payload("um_cancel_order", ["myOrder1": Self.id])
        let gone = try BinanceAccount.state(.cancelled, venueOrder: 283_194_212, price: "0", quantity: "11")
        let cancel = AccountCommand.cancel(slot: 0, BinanceAccount.order)
        #expect(BinanceAccount.read(.perpetual, cancel, cancelled) == (.done, [gone]))
        let part = cancelled.replacing("\"executedQty\": \"0\"", with: "\"executedQty\": \"2\"")
        #expect(
            BinanceAccount.read(.perpetual, cancel, part).events
                == [
                    try BinanceAccount.state(
                        .cancelled, venueOrder: 283_194_212, price: "0", quantity: "11", cumulative: "2")
                ])
        let amended = try BinanceAccount.payload("um_edit_order", ["LJ9R4QZDihCaS8UAOOLpgW": Self.id])
        let amend = AccountCommand.amend(try BinanceAccount.terms("30005", "1"))
        #expect(
            BinanceAccount.read(.perpetual, amend, amended).events
                == [try BinanceAccount.state(.amended, venueOrder: 20_072_994_037, price: "30005", quantity: "1")])
        // An amendment that would have taken cancels the order.
        #expect(
            BinanceAccount.read(.perpetual, amend, amended.replacing("\"NEW\"", with: "\"EXPIRED\"")).events
                == [try BinanceAccount.state(.cancelled, venueOrder: 20_072_994_037, price: "30005", quantity: "1")])
        let open = try BinanceAccount.payload("um_get_open_orders", ["abc": Self.id])
        #expect(
            BinanceAccount.read(.perpetual, .openOrders(cursor: nil), open).events
                == [try BinanceAccount.state(.standing, venueOrder: 1_917_641, price: "0", quantity: "0.4")])
        let everything = try BinanceAccount.payload("um_cancel_all_orders")
        #expect(BinanceAccount.read(.perpetual, .cancelEverything(slot: 0), everything) == (.done, []))
        let switched = try BinanceAccount.payload("um_cancel_all_orders_after_timeout")
        #expect(BinanceAccount.read(.perpetual, .deadMan(slot: 0, milliseconds: 100_000), switched) == (.done, []))
        let key = try BinanceAccount.payload("um_start_user_stream")
        #expect(
            BinanceAccount.read(.perpetual, .createListenKey, key).events
                == [.listenKey("pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1")])
        #expect(BinanceAccount.read(.perpetual, .renewListenKey, "{}") == (.done, []))
    }

    @Test("to a batch tell each order's state, in the order of the request")
    func batches() throws {
        let first = try BinanceAccount.terms("1", "10")
        let second = try BinanceAccount.terms("1", "10", order: BinanceAccount.other)
        let body = try BinanceAccount.payload("um_place_multiple_orders", ["testOrder": Self.id])
        let stands = try BinanceAccount.state(.standing, venueOrder: 22_542_179, price: "0", quantity: "10")
        func refused(_ reason: VenueRejection) throws -> AccountEvent {
            try BinanceAccount.state(
                .rejected(reason), order: BinanceAccount.other, venueOrder: 0, price: "0", quantity: "0")
        }
        #expect(
            BinanceAccount.read(.perpetual, .placeAll([first, second]), body) == (.done, [stands, try refused(.other)]))
        // One answer for two orders, or the answers exchanged: nobody can say.
        #expect(BinanceAccount.read(.perpetual, .placeAll([first]), body) == (.unknown(code: 200), []))
        #expect(BinanceAccount.read(.perpetual, .placeAll([second, first]), body) == (.unknown(code: 200), []))
        // One whose fate is open leaves the batch open.
        let open = body.replacing("-2022", with: "-1007")
        #expect(BinanceAccount.read(.perpetual, .placeAll([first, second]), open) == (.unknown(code: -1007), [stands]))

        let cancel = AccountCommand.cancelAll([
            OrderReference(slot: 0, order: BinanceAccount.order), OrderReference(slot: 0, order: BinanceAccount.other),
        ])
        let cancelled = try BinanceAccount.payload("um_cancel_multiple_orders", ["myOrder1": Self.id])
        #expect(
            BinanceAccount.read(.perpetual, cancel, cancelled)
                == (
                    .done,
                    [
                        try BinanceAccount.state(.cancelled, venueOrder: 283_194_212, price: "0", quantity: "11"),
                        try refused(.unknownOrder),
                    ]
                ))
    }

    @Test("tell fills with the venue's numbers and fees in any coin")
    func fills() throws {
        let body = try BinanceAccount.payload("spot_get_user_trades")
        var fill = AccountFill(
            slot: 3, order: .none, venueOrder: 100_234, trade: 28_457, isNumbered: true, side: .bid,
            price: try Units.standard.price("4.000001"), quantity: try Units.standard.quantity("12"),
            fee: try Amount("10.1"), feeCoin: "BNB", isMaker: false, cumulative: .zero, milliseconds: 1_499_865_549_590)
        let ask = AccountCommand.fills(slot: 3, fromTrade: nil, since: 0, until: nil, cursor: nil)
        #expect(BinanceAccount.read(.spot, ask, body) == (.done, [.fill(fill)]))
        fill.order = BinanceAccount.order
        let ofOrder = AccountCommand.fillsOfOrder(slot: 3, BinanceAccount.order, venueOrder: 100_234)
        #expect(BinanceAccount.read(.spot, ofOrder, body) == (.done, [.fill(fill)]))
        // Another order's fill is never taken for this one's.
        let ofOther = AccountCommand.fillsOfOrder(slot: 3, BinanceAccount.order, venueOrder: 100_235)
        #expect(BinanceAccount.read(.spot, ofOther, body) == (.done, []))
        let ofNone = AccountCommand.fillsOfOrder(slot: 3, BinanceAccount.order, venueOrder: 0)
        #expect(BinanceAccount.read(.spot, ofNone, body) == (.unknown(code: 0), []))

        let rebate = AccountFill(
            slot: 0, order: .none, venueOrder: 25_851_813, trade: 698_759, isNumbered: true, side: .ask,
            price: try Units.standard.price("7819.01"), quantity: try Units.standard.quantity("0.002"),
            fee: try Amount("-0.0781901"), feeCoin: "USDT", isMaker: false, cumulative: .zero,
            milliseconds: 1_569_514_978_020)
        let perpetual = try BinanceAccount.payload("um_get_user_trades")
        #expect(BinanceAccount.read(.perpetual, ask, perpetual) == (.done, [.fill(rebate)]))
    }

    @Test("with as many fills as fit have a page behind them")
    func pages() {
        let fills = (1...1_000).map {
            """
            {"symbol":"BTCUSDT","id":\($0),"orderId":5,"price":"1","qty":"1","commission":"0","commissionAsset":"BNB",\
            "time":1,"isBuyer":true,"isMaker":true}
            """
        }
        let ask = AccountCommand.fills(slot: 0, fromTrade: 1, since: 0, until: nil, cursor: nil)
        let full = BinanceAccount.read(.spot, ask, "[\(fills.joined(separator: ","))]")
        #expect(full.outcome == .more(cursor: "1001") && full.events.count == 1_000)
        #expect(BinanceAccount.read(.spot, ask, "[\(fills.dropLast().joined(separator: ","))]").outcome == .done)
    }

    @Test("tell balances in total and free, and that the list was whole")
    func balances() throws {
        #expect(
            BinanceAccount.read(.spot, .balances, try BinanceAccount.payload("spot_account")).events
                == [
                    .balance(coin: "BTC", total: try Amount("4723846.89208129"), free: try Amount("4723846.89208129")),
                    .balance(coin: "LTC", total: try Amount("4763368.68006011"), free: try Amount("4763368.68006011")),
                    .balancesEnded,
                ])
        let locked = "{\"balances\":[{\"asset\":\"A\",\"free\":\"1.5\",\"locked\":\"0.25\"}]}"
        #expect(
            BinanceAccount.read(.spot, .balances, locked).events
                == [.balance(coin: "A", total: try Amount("1.75"), free: try Amount("1.5")), .balancesEnded])
        let margin = """
            [{"asset":"USDT","balance":"122.5","crossWalletBalance":"23","availableBalance":"20.5"},\
            {"asset":"BNB","balance":"-1","availableBalance":"7"}]
            """
        #expect(
            BinanceAccount.read(.perpetual, .balances, margin).events
                == [
                    .balance(coin: "USDT", total: try Amount("122.5"), free: try Amount("20.5")),
                    .balance(coin: "BNB", total: try Amount("-1"), free: try Amount("-1")), .balancesEnded,
                ])
    }

    @Test("tell what the key may do, or that nobody tells")
    func permissions() {
        let body = "{\"ipRestrict\":true,\"enableWithdrawals\":true,\"enableSpotAndMarginTrading\":false}"
        #expect(
            BinanceAccount.read(.spot, .permissions, body).events
                == [.permissions(mayTrade: false, mayWithdraw: true)])
        #expect(
            BinanceAccount.read(.perpetual, .permissions, "{\"canTrade\":true,\"canWithdraw\":true}").events
                == [.permissions(mayTrade: true, mayWithdraw: nil)])
        let missing = BinanceAccount.read(.spot, .permissions, "<html>not found</html>", status: 404)
        #expect(missing == (.done, [.permissions(mayTrade: nil, mayWithdraw: nil)]))
    }

    @Test("with the list of instruments give the list common to all venues")
    func listing() throws {
        var reader = RecordingReader(files: [try Fixture.path("exchangeInfo_spot_20211012.rec.gz")])
        #expect(try reader.next())
        let listing = try BinanceDialect(market: .spot, instruments: [], credentials: nil).listing(
            reader.buffer.span.extracting(reader.text))
        #expect(listing.instrument(trading: "BTC/USDT")?.symbol == "BTCUSDT" && listing.nextPage == nil)
        // A symbol without the kind of order that is used here is not one to trade.
        let filters =
            "[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"1\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"1\"}]"
        for (types, takes) in [("[\"LIMIT\",\"LIMIT_MAKER\"]", true), ("[\"LIMIT\"]", false), ("[]", false)] {
            let body = """
                {"symbols":[{"symbol":"AB","status":"TRADING","baseAsset":"A","quoteAsset":"B","orderTypes":\(types),\
                "filters":\(filters)}]}
                """
            let bytes = Array(body.utf8)
            let list = try BinanceDialect(market: .spot, instruments: [], credentials: nil).listing(bytes.span)
            #expect(list.instruments.first?.isTrading == takes)
        }
    }
}
