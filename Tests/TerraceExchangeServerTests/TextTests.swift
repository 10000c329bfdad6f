import TerraceCore
import TerraceVenues
import Testing

@testable import TerraceExchangeServer

@Suite("What a server is told in text") struct TextTests {
    @Test("of faults is read whole, comments and blanks aside")
    func faults() throws {
        let plan = try FaultPlan("drop = 0.001, gap=0.01 # often\n\nskew=-250ms,slow-time=2s\nlost-ack=1")
        #expect(plan.chance(.drop) == 0.001 && plan.chance(.gap) == 0.01 && plan.chance(.lostAck) == 1)
        #expect(plan.chance(.ban) == 0 && !plan.isQuiet)
        #expect(plan.nanoseconds(.skew) == -250_000_000 && plan.nanoseconds(.slow) == 2_000_000_000)
        #expect(try FaultPlan("none") == FaultPlan() && FaultPlan("").isQuiet)
    }

    @Test(
        "of faults is refused where it makes no sense",
        arguments: [
            "gap", "gap=", "gap=2", "gap=-0.1", "gap=0.0000001", "gap=1%", "gap=0.1,gap=0.2", "gab=0.1", "skew=250",
            "skew=61s", "slow-time=-1s", "ban-time=99999999999999999999s", "restart-time=1h", "=1", "gap=0.1=2",
        ])
    func badFaults(text: String) {
        #expect(throws: FaultPlan.TextError.self) { try FaultPlan(text) }
    }

    @Test("of accounts is read whole")
    func accounts() throws {
        let list = try AccountList("# ours\na:s1:USDT=100.5,BTC=2\n\nb:s2::read\nc:s3:ETH=1:trade,withdraw\nd:s4\n")
            .accounts
        #expect(list.map { $0.key } == ["a", "b", "c", "d"])
        #expect(list.map { $0.mayTrade } == [true, false, true, true] && list[2].mayWithdraw)
        #expect(list[0].balances.map { $0.coin } == ["USDT", "BTC"] && list[0].balances[0].amount.text == "100.5")
        #expect(!"\(list[0])".contains("s1") && !String(reflecting: list[0]).contains("s1"))
    }

    @Test(
        "of accounts is refused where it makes no sense, and no secret is repeated",
        arguments: [
            "", "a", "a:", ":topsecret", "a:topsecret:USDT", "a:topsecret:USDT=x", "a:topsecret:USDT=-1",
            "a:topsecret:USDT=1,USDT=2", "a:topsecret:USDT=1:fly", "a:topsecret\na:topsecret",
            "a:topsecret:A=1:trade:more",
            "a:topsecret:A=99999999999999999999999",
        ])
    func badAccounts(text: String) {
        do {
            _ = try AccountList(text)
            Issue.record("taken: \(text)")
        } catch {
            #expect(!error.description.contains("topsecret"))
        }
    }

    @Test("of the market is refused where it makes no sense")
    func market() throws {
        for change in [
            { $0.symbols = ["NOPE"] }, { $0.symbols = ["BTCUSDT", "BTCUSDT"] },
            {
                $0.symbols = []; $0.pairs = 0
            },
            { $0.rate = -1 }, { $0.rate = .nan },
        ] as [(inout ExchangeSettings) -> Void] {
            #expect(throws: ExchangeError.self) { try Bench(.binance, change) }
        }
    }

    @Test(
        "is written as the venue writes it: eight decimals, or as many more as there are",
        arguments: [
            (12, -4, "0.00120000"), (0, -8, "0.00000000"), (5, 0, "5.00000000"), (-15, -1, "-1.50000000"),
            (123, -14, "0.00000000000123"), (12_000_000, -14, "0.00000012"), (7, 2, "700.00000000"),
        ] as [(Int128, Int, String)])
    func decimals(units: Int128, exponent: Int, text: String) {
        var writer = WireWriter()
        writer.fixed(units, exponent: exponent)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        writer.bytes.removeAll()
        writer.fixed(units << 90, exponent: exponent)
        let wide = DecimalText.text(of: units << 90, exponent: exponent)
        #expect(String(decoding: writer.bytes, as: UTF8.self).hasPrefix(wide))
    }

    @Test(
        "is read from queries and JSON without a trap",
        arguments: [
            "a=1&b=%41%4&&=&c", "%", "a=%zz", "a=b=c", String(repeating: "a=1&", count: 1_000),
        ])
    func parameters(text: String) {
        _ = ParameterList(form: Array(text.utf8))
        for end in 0...text.utf8.count { _ = ParameterList(json: Array("{\"a\":[1,{\"b\":\(text)".utf8.prefix(end))) }
    }
}
