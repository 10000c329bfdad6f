import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("Bybit's account protocol") struct BybitDialectTests {
    private static let time: Int64 = 1_658_384_314_791
    private static let order = ClientOrderID(instance: 7, strategy: 0x11, slot: 2, sequence: 5)
    private let dialect = BybitDialect(
        instruments: BybitSamples.instruments, credentials: VenueCredentials(key: "test-key", secret: "test-secret"))

    private func terms(_ order: ClientOrderID = Self.order) throws -> OrderTerms {
        OrderTerms(
            slot: 0, order: order, side: .bid, price: try Units.standard.price("27000.5"),
            quantity: try Units.standard.quantity("0.25"))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func read(
        _ body: String, status: Int = 200, limits: [Int64] = [], to command: AccountCommand
    ) -> (AnswerOutcome, [AccountEvent]) {
        var events: [AccountEvent] = []
        let bytes = Array(body.utf8)
        let outcome = self.dialect.read(
            VenueAnswer(status: status, limits: limits), bytes.span, to: command, into: &events)
        return (outcome, events)
    }

    private func read(fixture: String, to command: AccountCommand) throws -> (AnswerOutcome, [AccountEvent]) {
        self.read(self.text(try BybitSamples.bytes(fixture)), to: command)
    }

    private func stream(_ text: String) throws -> [AccountEvent] {
        var events: [AccountEvent] = []
        let bytes = Array(text.utf8)
        try self.dialect.readStream(bytes.span, into: &events)
        return events
    }

    // MARK: Requests

    @Test("places post-only limit orders, signed over time, key, window and body")
    func place() throws {
        let request = self.dialect.request(.place(try self.terms()), at: Self.time)
        #expect(request.method == .post && self.text(request.target) == "/v5/order/create" && request.weight == 1)
        #expect(
            self.text(request.body) == """
                {"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.25","price":"27000.5",\
                "timeInForce":"PostOnly","orderLinkId":"trc-00000007000000110002000000000005","isLeverage":0,\
                "orderFilter":"Order"}
                """)
        #expect(
            request.headers == [
                .init("X-BAPI-API-KEY", "test-key"), .init("X-BAPI-TIMESTAMP", "1658384314791"),
                .init("X-BAPI-RECV-WINDOW", "1500"),
                // HMAC-SHA256 by another program.
                .init("X-BAPI-SIGN", "70d2fe530d45ebb9c36d78da1a23aac0435ecf66b8ffe6cc87c4b7cd7e0fce16"),
                .init("Content-Type", "application/json"),
            ])
    }

    @Test("signs the query of a GET, and the published example's string")
    func get() throws {
        let request = self.dialect.request(.balances, at: Self.time)
        #expect(self.text(request.target) == "/v5/account/wallet-balance?accountType=UNIFIED" && request.body.isEmpty)
        #expect(
            request.headers.last
                == .init("X-BAPI-SIGN", "5713ef3266e273186297a1ce7169a8049c2902cc2297ff47b6b09389c4863a2d"))
        // "1658384314791" + key + "5000" + query, as the guide has it, under a secret of our own.
        let signer = HMACSigner(secret: Array("secret".utf8))
        var digits = WireWriter()
        digits.hexadecimal(
            signer.sign(
                Array("1658384314791".utf8), Array(String(repeating: "X", count: 10).utf8), Array("5000".utf8),
                Array("category=option&symbol=BTC-29JUL22-25000-C".utf8)))
        #expect(self.text(digits.bytes) == "02e9182e346177050f199ce1e0703d738589e3763805ed71590ced65539a73a7")
    }

    @Test("writes every other command as documented")
    func commands() throws {
        let id = "trc-00000007000000110002000000000005"
        let now = Self.time
        let reference = OrderReference(slot: 1, order: Self.order)
        let terms = try self.terms()
        let expected: [(AccountCommand, String, String)] = [
            (
                .amend(terms), "/v5/order/amend",
                """
                {"category":"spot","symbol":"BTCUSDT","orderLinkId":"\(id)","qty":"0.25","price":"27000.5"}
                """
            ),
            (
                .cancel(slot: 1, Self.order), "/v5/order/cancel",
                "{\"category\":\"spot\",\"symbol\":\"ETHUSDT\",\"orderLinkId\":\"\(id)\"}"
            ),
            (
                .placeAll([terms, terms]), "/v5/order/create-batch",
                "{\"category\":\"spot\",\"request\":["
                    + Array(
                        repeating: """
                            {"symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.25","price":"27000.5",\
                            "timeInForce":"PostOnly","orderLinkId":"\(id)","isLeverage":0,"orderFilter":"Order"}
                            """, count: 2
                    ).joined(separator: ",") + "]}"
            ),
            (
                .cancelAll([reference]), "/v5/order/cancel-batch",
                "{\"category\":\"spot\",\"request\":[{\"symbol\":\"ETHUSDT\",\"orderLinkId\":\"\(id)\"}]}"
            ),
            (.cancelEverything(slot: 0), "/v5/order/cancel-all", "{\"category\":\"spot\",\"symbol\":\"BTCUSDT\"}"),
            (.order(slot: 0, Self.order), "/v5/order/realtime?category=spot&orderLinkId=\(id)", ""),
            (.openOrders(cursor: nil), "/v5/order/realtime?category=spot&openOnly=0&limit=50", ""),
            (
                .openOrders(cursor: "a%3D1&b=2"),
                "/v5/order/realtime?category=spot&openOnly=0&limit=50&cursor=a%3D1%26b%3d2", ""
            ),
            (
                .fillsOfOrder(slot: 0, Self.order, venueOrder: 1_321_003_749_386_327_552),
                "/v5/execution/list?category=spot&limit=100&orderId=1321003749386327552", ""
            ),
            (
                .fillsOfOrder(slot: 0, Self.order, venueOrder: 1 << 63 | 5),
                "/v5/execution/list?category=spot&limit=100&orderLinkId=\(id)", ""
            ),
            (
                .fills(slot: 0, fromTrade: nil, since: now - 60_000, until: nil, cursor: nil),
                "/v5/execution/list?category=spot&limit=100&startTime=\(now - 60_000)", ""
            ),
            (
                .fills(slot: 0, fromTrade: nil, since: 0, until: nil, cursor: "x"),
                "/v5/execution/list?category=spot&limit=100&cursor=x", ""
            ),
            (.permissions, "/v5/user/query-api", ""),
        ]
        for (command, target, body) in expected {
            let request = self.dialect.request(command, at: now)
            #expect(self.text(request.target) == target)
            #expect(self.text(request.body) == body)
            #expect(request.method == (body.isEmpty ? .get : .post) && request.headers.count == (body.isEmpty ? 4 : 5))
        }
    }

    @Test("subscribes to five instruments with ten topics, and logs in by two steps")
    func messages() throws {
        #expect(
            self.text(self.dialect.subscription([0, 1], isOn: true, request: 12)) == """
                {"req_id":"12","op":"subscribe","args":["orderbook.200.BTCUSDT","publicTrade.BTCUSDT",\
                "orderbook.200.ETHUSDT","publicTrade.ETHUSDT"]}
                """)
        #expect(
            self.text(self.dialect.subscription([1, 0], isOn: false, request: 13)) == """
                {"req_id":"13","op":"unsubscribe","args":["orderbook.200.ETHUSDT","publicTrade.ETHUSDT",\
                "orderbook.200.BTCUSDT","publicTrade.BTCUSDT"]}
                """)
        #expect(self.dialect.traits.instrumentsPerSubscription == 5)
        #expect(
            self.dialect.traits.instrumentsPerConnection * "\"orderbook.200.BTCUSDT\",".utf8.count * 2 <= 21_000 * 2)
        #expect(
            self.dialect.login(step: 0, at: Self.time).map(self.text) == """
                {"op":"auth","args":["test-key",1658384324791,\
                "8aa02b44418490605a52660cdb7c48eafea57791d5ce242e198ae951e0bb3c29"]}
                """)
        #expect(
            self.dialect.login(step: 1, at: Self.time).map(self.text)
                == "{\"op\":\"subscribe\",\"args\":[\"order\",\"execution\",\"wallet\"]}")
        #expect(self.dialect.login(step: 2, at: Self.time) == nil)
    }

    // MARK: Answers

    @Test(
        "tells what an answer means for a command",
        arguments: [
            (0, AnswerOutcome.done), (10_002, .clockOff(code: 10_002)), (10_003, .keyRefused(code: 10_003)),
            (10_004, .keyRefused(code: 10_004)), (10_006, .refused(.rateLimited, code: 10_006)),
            (10_016, .unknown(code: 10_016)), (10_019, .unknown(code: 10_019)), (170_007, .unknown(code: 170_007)),
            (170_146, .unknown(code: 170_146)), (10_001, .refused(.other, code: 10_001)),
            (170_141, .refused(.duplicateOrder, code: 170_141)),
            (170_131, .refused(.insufficientBalance, code: 170_131)),
            (170_213, .refused(.unknownOrder, code: 170_213)), (170_139, .refused(.unknownOrder, code: 170_139)),
            (170_193, .refused(.priceFilter, code: 170_193)), (170_137, .refused(.lotSize, code: 170_137)),
            (170_140, .refused(.minimumNotional, code: 170_140)), (170_218, .refused(.wouldTake, code: 170_218)),
            (170_810, .refused(.tooManyOrders, code: 170_810)), (99, .unknown(code: 99)),
        ] as [(Int64, AnswerOutcome)])
    func codes(_ code: Int64, _ outcome: AnswerOutcome) throws {
        let body = "{\"retCode\":\(code),\"retMsg\":\"x\",\"result\":{},\"retExtInfo\":{},\"time\":1000}"
        #expect(self.read(body, to: .place(try self.terms())).0 == outcome)
    }

    @Test("takes a limit of one kind of request as a refusal of that request, and waits ten minutes after a ban")
    func limits() throws {
        let body = "{\"retCode\":10006,\"retMsg\":\"x\",\"result\":{},\"time\":1000}"
        let place = AccountCommand.place(try self.terms())
        // Cancels have a limit of their own, and must not wait for that of new orders.
        #expect(self.read(body, limits: [20, 0, 1_250], to: place).0 == .refused(.rateLimited, code: 10_006))
        #expect(self.read(body, limits: [20, 0, -1], to: place).0 == .refused(.rateLimited, code: 10_006))
        #expect(self.read(body, to: .balances).0 == .refused(.rateLimited, code: 10_006))
        #expect(
            self.read("access too frequent", status: 403, to: place).0
                == .limited(nanoseconds: 600_000_000_000, isBan: true, code: 403))
        // Nobody says that a proxy's time-out reached nobody.
        #expect(self.read("", status: 408, to: place).0 == .unknown(code: 408))
        #expect(self.read("", status: 502, to: place).0 == .unknown(code: 502))
        #expect(self.read("<html>", to: place).0 == .unknown(code: 0))
        #expect(self.dialect.usage(VenueAnswer(status: 200, limits: [20, 5, 1])).orders == 0.75)
        #expect(self.dialect.usage(VenueAnswer(status: 200, limits: [-1, -1, -1])).orders == nil)
    }

    @Test("tells of a batch what the venue refused, order by order")
    func batch() throws {
        let other = ClientOrderID(instance: 7, strategy: 0x11, slot: 2, sequence: 6)
        let third = ClientOrderID(instance: 7, strategy: 0x11, slot: 2, sequence: 7)
        let command = AccountCommand.placeAll([try self.terms(), try self.terms(other), try self.terms(third)])
        let body = """
            {"retCode":0,"retMsg":"OK","result":{"list":[{},{},{}]},"retExtInfo":{"list":[{"code":0,"msg":"OK"},\
            {"code":170131,"msg":"Insufficient balance."},{"code":10016,"msg":"internal"}]},"time":1}
            """
        let (outcome, events) = self.read(body, to: command)
        #expect(outcome == .done && events.count == 1)
        guard case .order(let order)? = events.first else { return #expect(Bool(false)) }
        #expect(order.order == other && order.state == .rejected(.insufficientBalance))
        // One result too few: nobody knows which.
        #expect(self.read(body, to: .placeAll([try self.terms()])).0 == .unknown(code: 0))
        #expect(
            try self.read(fixture: "place_multiple_orders.json", to: .placeAll([self.terms(), self.terms(other)])).1
                .isEmpty)
    }

    @Test("tells of cancels in a batch which order is gone already, so that nobody cancels it for ever")
    func cancelBatch() throws {
        let other = ClientOrderID(instance: 7, strategy: 0x11, slot: 2, sequence: 6)
        let command = AccountCommand.cancelAll([
            OrderReference(slot: 0, order: Self.order), OrderReference(slot: 0, order: other),
        ])
        let body = """
            {"retCode":0,"retMsg":"OK","result":{"list":[{},{}]},"retExtInfo":{"list":[{"code":0,"msg":"OK"},\
            {"code":170213,"msg":"Order does not exist."}]},"time":1}
            """
        let (outcome, events) = self.read(body, to: command)
        #expect(outcome == .done && events.count == 1)
        guard case .order(let order)? = events.first else { return #expect(Bool(false)) }
        #expect(order.order == other && order.state == .rejected(.unknownOrder))
        #expect(self.read(body, to: .cancelAll([OrderReference(slot: 0, order: other)])).0 == .unknown(code: 0))
    }

    @Test("reads the recorded answers to queries")
    func queries() throws {
        let (outcome, orders) = try self.read(fixture: "get_order_history.json", to: .order(slot: 0, Self.order))
        #expect(outcome == .done)
        #expect(
            orders == [
                .order(
                    AccountOrder(
                        slot: 0, order: .none,
                        venueOrder: BybitIdentifier.number(of: "14bad3a1-6454-43d8-bcf2-5345896cf74d"), side: .bid,
                        state: .rejected(.wouldTake), price: try Units.standard.price("26864.4"),
                        quantity: try Units.standard.quantity("0.003"), cumulative: .zero))
            ])
        // Other products than spot are not ours; the page goes on.
        let (page, none) = try self.read(fixture: "get_orders.json", to: .openOrders(cursor: nil))
        #expect(page == .more(cursor: "page_args%3Dfd4300ae-7847-404e-b947-b46980a4d140%26symbol%3D6%26"))
        #expect(none.count == 1)
        let (more, fills) = try self.read(
            fixture: "get_user_trades.json", to: .fills(slot: 0, fromTrade: nil, since: 0, until: nil, cursor: nil))
        #expect(more == .more(cursor: "132766%3A2%2C132766%3A2"))
        guard case .fill(let fill)? = fills.first else { return #expect(Bool(false)) }
        #expect(try fill.slot == nil && fill.fee == Amount("0.071409") && !fill.isMaker && !fill.isNumbered)
        #expect(fill.milliseconds == 1_672_282_722_429 && fill.trade >> 63 == 1)
        for name in ["place_order.json", "cancel_order.json"] {
            #expect(try self.read(fixture: name, to: .cancel(slot: 0, Self.order)).0 == .done)
        }
        let empty = "{\"retCode\":0,\"result\":{\"list\":[],\"nextPageCursor\":\"x\"},\"time\":1}"
        #expect(self.read(empty, to: .order(slot: 0, Self.order)).0 == .refused(.unknownOrder, code: 0))
        #expect(self.read(empty, to: .openOrders(cursor: nil)).0 == .done)
    }

    @Test("reads balances and what the key may do")
    func account() throws {
        let body = """
            {"retCode":0,"result":{"list":[{"accountType":"UNIFIED","coin":[{"coin":"USDT","walletBalance":"100.5",\
            "locked":"20.25"},{"coin":"BTC","walletBalance":"1","locked":""},{"coin":"X","walletBalance":"1",\
            "locked":"2"}]}]},"time":1}
            """
        #expect(
            self.read(body, to: .balances).1 == [
                .balance(coin: "USDT", total: try Amount("100.5"), free: try Amount("80.25")),
                .balance(coin: "BTC", total: try Amount("1"), free: try Amount("1")),
                .balance(coin: "X", total: try Amount("1"), free: .zero), .balancesEnded,
            ])
        func permissions(_ readOnly: Int, _ spot: String, _ wallet: String) -> [AccountEvent] {
            self.read(
                """
                {"retCode":0,"result":{"readOnly":\(readOnly),"permissions":{"Spot":[\(spot)],"Wallet":[\(wallet)]}}}
                """, to: .permissions
            ).1
        }
        #expect(
            permissions(0, "\"SpotTrade\"", "\"AccountTransfer\"") == [.permissions(mayTrade: true, mayWithdraw: false)]
        )
        #expect(permissions(0, "", "\"Withdraw\"") == [.permissions(mayTrade: false, mayWithdraw: true)])
        #expect(permissions(1, "\"SpotTrade\"", "\"Withdraw\"") == [.permissions(mayTrade: false, mayWithdraw: false)])
    }

    // MARK: The private stream

    @Test(
        "reads what became of an order",
        arguments: [
            ("New", "EC_NoError", "0", AccountOrder.State.standing),
            ("PartiallyFilled", "EC_NoError", "0.1", .standing),
            ("Filled", "EC_NoError", "0.25", .filled), ("Cancelled", "EC_PerCancelRequest", "0", .cancelled),
            ("PartiallyFilledCanceled", "EC_PerCancelRequest", "0.1", .cancelled),
            ("Cancelled", "EC_PostOnlyWillTakeLiquidity", "0", .rejected(.wouldTake)),
            ("Rejected", "EC_PostOnlyWillTakeLiquidity", "0", .rejected(.wouldTake)),
            ("Rejected", "EC_Others", "0", .rejected(.other)),
            ("Rejected", "EC_InvalidSymbolStatus", "0", .rejected(.marketClosed)),
        ])
    func orderStates(_ status: String, _ reason: String, _ filled: String, _ state: AccountOrder.State) throws {
        let text = """
            {"id":"1","topic":"order","creationTime":1,"data":[{"category":"linear","symbol":"BTCUSDT"},{"category":"spot",\
            "symbol":"BTCUSDT","orderId":"17","orderLinkId":"\(Self.order.text)","side":"Sell","price":"27000.5",\
            "qty":"0.25","orderStatus":"\(status)","cumExecQty":"\(filled)","rejectReason":"\(reason)"}]}
            """
        #expect(
            try self.stream(text) == [
                .order(
                    AccountOrder(
                        slot: 0, order: Self.order, venueOrder: 17, side: .ask, state: state,
                        price: try Units.standard.price("27000.5"), quantity: try Units.standard.quantity("0.25"),
                        cumulative: try Units.standard.quantity(filled)))
            ])
    }

    @Test("reads fills, of trades alone, and the wallet")
    func fills() throws {
        func execution(_ type: String) -> String {
            """
            {"id":"1","topic":"execution","creationTime":1,"data":[{"category":"spot","symbol":"BTCUSDT","orderId":"17",\
            "orderLinkId":"\(Self.order.text)","execId":"2100000000007764263","execPrice":"27000.5","execQty":"0.25",\
            "execFee":"-0.001","feeCurrency":"USDT","isMaker":true,"side":"Buy","execTime":"1672364174443",\
            "execType":"\(type)"}]}
            """
        }
        #expect(
            try self.stream(execution("Trade")) == [
                .fill(
                    AccountFill(
                        slot: 0, order: Self.order, venueOrder: 17, trade: 2_100_000_000_007_764_263, isNumbered: false,
                        side: .bid, price: try Units.standard.price("27000.5"),
                        quantity: try Units.standard.quantity("0.25"), fee: try Amount("-0.001"), feeCoin: "USDT",
                        isMaker: true, cumulative: .zero, milliseconds: 1_672_364_174_443))
            ])
        #expect(try self.stream(execution("Funding")).isEmpty)
        #expect(try self.stream(self.text(BybitSamples.bytes("ws_execution.json"))).isEmpty)
        #expect(
            try self.stream(self.text(BybitSamples.bytes("ws_wallet.json"))) == [
                .balance(coin: "BTC", total: try Amount("0.00102964"), free: try Amount("0.00102964"))
            ])
    }

    @Test("knows whether a login step was taken")
    func steps() throws {
        #expect(try self.stream("{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\",\"conn_id\":\"a\"}") == [.stepDone])
        #expect(
            try self.stream("{\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"auth\",\"conn_id\":\"a\"}")
                == [.stepRefused(code: 0, message: "Params Error")])
        #expect(
            try self.stream("{\"retCode\":10004,\"retMsg\":\"error sign\",\"op\":\"auth\",\"connId\":\"a\"}")
                == [.stepRefused(code: 10_004, message: "error sign")])
        #expect(try self.stream("{\"op\":\"pong\",\"args\":[\"1\"],\"conn_id\":\"a\"}").isEmpty)
    }

    @Test("stands for a number by itself, and for any other name by a hash that no number is")
    func identifiers() {
        #expect(BybitIdentifier.number(of: "9223372036854775807") == 9_223_372_036_854_775_807)
        for name in ["9223372036854775808", "0017", "99999999999999999999", "f6e324ff-99c2", "1a"] {
            #expect(BybitIdentifier.number(of: name) >> 63 == 1)
        }
        #expect(BybitIdentifier.number(of: "a") == 0xAF63_DC4C_8601_EC8C)  // The published hash of "a".
        #expect(BybitIdentifier.number(of: "") == 0)
    }

    @Test("survives answers and private messages cut anywhere or with bytes changed, adding nothing where it refuses")
    func hostile() throws {
        var generator = SplitMix(seed: 5)
        for name in ["ws_wallet.json", "ws_execution.json", "get_order_history.json", "get_user_trades.json"] {
            let whole = try BybitSamples.bytes(name)
            for turn in 0..<whole.count + 500 {
                var bytes = turn < whole.count ? Array(whole[..<turn]) : whole
                if turn >= whole.count {
                    bytes[Int.random(in: 0..<whole.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                var events: [AccountEvent] = []
                do throws(WireError) {
                    try self.dialect.readStream(bytes.span, into: &events)
                } catch {
                    #expect(events.isEmpty)
                }
                for command in [AccountCommand.balances, .openOrders(cursor: nil), .permissions] {
                    events = []
                    let outcome = self.dialect.read(VenueAnswer(status: 200), bytes.span, to: command, into: &events)
                    if case .unknown = outcome { #expect(events.isEmpty) }
                }
            }
        }
    }

    // MARK: Lists

    @Test("reads rules into units that hold them, and refuses an instrument by itself")
    func listing() throws {
        let body = """
            {"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[{"symbol":"BTCUSDT","baseCoin":"BTC",\
            "quoteCoin":"USDT","innovation":"0","status":"Trading","marginTrading":"both","lotSizeFilter":\
            {"basePrecision":"0.000001","quotePrecision":"0.00000001","minOrderQty":"0.000048","maxOrderQty":"71.7",\
            "minOrderAmt":"5","maxOrderAmt":"4000000","maxLimitOrderQty":"83","postOnlyMaxLimitOrderSize":"60000"},\
            "priceFilter":{"tickSize":"0.01"},"riskParameters":{"limitParameter":"0.03"}},{"symbol":"BAD","baseCoin":\
            "B","quoteCoin":"USDT","status":"Trading","lotSizeFilter":{"basePrecision":"x"},"priceFilter":{"tickSize":\
            "1"}}]},"retExtInfo":{},"time":1}
            """
        let bytes = Array(body.utf8)
        let listing = try self.dialect.listing(bytes.span)
        let instrument = try #require(listing.instrument(trading: "BTC/USDT"))
        #expect(instrument.isTrading && instrument.units == .standard && instrument.rules.canAmend)
        #expect(instrument.rules.tick.step == 1_000_000 && instrument.rules.lot.step == 100)
        #expect(instrument.rules.minimumQuantity.units == 4_800)
        #expect(try instrument.rules.maximumQuantity == Units.standard.quantity("60000"))
        #expect(try Units.standard.amount(of: instrument.rules.minimumNotional) == Amount("5"))
        #expect(listing.refused.map(\.symbol) == ["BAD"] && listing.nextPage == nil)
        let clock = Array(
            "{\"retCode\":0,\"result\":{\"timeSecond\":\"1688639403\",\"timeNano\":\"1688639403423213947\"}}".utf8)
        #expect(try self.dialect.time(clock.span) == 1_688_639_403_423)
        #expect(self.text(self.dialect.timeRequest.target) == "/v5/market/time")
        #expect(
            self.text(self.dialect.instrumentsRequest(page: nil).target)
                == "/v5/market/instruments-info?category=spot&limit=1000")
    }
}
