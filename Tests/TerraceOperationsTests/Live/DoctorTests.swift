import Synchronization
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("The doctor") struct DoctorTests {
    private static func desk(_ venue: String = "", mode: String = "live") throws -> DeskConfiguration {
        try DeskConfiguration.parse(
            """
            mode: \(mode)
            venues:
              binance: { api_key_env: K, api_secret_env: S\(venue) }
            strategies:
              - id: one
                symbol: BTC/USDT
                exchanges: [binance]
                config:
                  inventory: { target_inventory: 1, max_inventory_deviation: 1 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 0.1 }]

            """, file: "desk.yml")
    }

    private static let key = [
        (
            venue: "binance",
            key: Result<VenueCredentials, KeyError>.success(VenueCredentials(key: "public", secret: "hunter2"))
        )
    ]

    /// What it says, blanks made one, and whether all is well.
    private static func lines(
        _ network: ScriptedNetwork, _ desk: DeskConfiguration? = nil,
        keys: [(venue: String, key: Result<VenueCredentials, KeyError>)] = key
    ) async throws -> (lines: [String], isWell: Bool) {
        var lines: [String] = []
        let doctor = Doctor(try desk ?? Self.desk(), .all, keys: keys, network.network) { line in
            lines.append("\(line)".split(separator: " ").joined(separator: " "))
        }
        let isWell = await doctor.run()
        return (lines, isWell)
    }

    @Test("finds nothing wrong where nothing is, and says what it looked at") func well() async throws {
        let network = ScriptedNetwork.binance()
        let (lines, isWell) = try await Self.lines(network)
        #expect(
            lines == [
                "ok desk configuration 1 strategies on 1 venues, mode live",
                "ok binance key read from the environment",
                "ok binance connection https://api.binance.com answers, round trip 20 ms",
                "ok binance clock the venue's is 0 ms ahead",
                "ok binance instruments 1 are listed",
                "ok binance market stream wss://stream.binance.com:9443 opens",
                "ok binance permissions the key may trade, and may not withdraw coins",
                "ok binance balances 2 BTC, 1000 USDT",
                "ok binance limits the venue does not tell what is used of them",
                "ok binance orders none of this desk's stand, 0 of others, which are left",
                "ok binance private stream wss://ws-api.binance.com:443 opens",
                "ok desk rules 1 pairs on 1 venues, 1 instruments: all are listed and trading, and every line fits",
            ])
        #expect(isWell)
        let methods = network.state.withLock { $0.asked.map { $0.method } }
        #expect(methods.allSatisfy { $0 == .get }, "a doctor only looks")
    }

    @Test("goes where the configuration says") func endpoints() async throws {
        let network = ScriptedNetwork.binance()
        let (lines, isWell) = try await Self.lines(
            network, try Self.desk(", endpoints: { rest: http://127.0.0.1:9 }"))
        #expect(isWell && lines.contains("ok binance endpoints by the configuration: http://127.0.0.1:9"))
        #expect(network.state.withLock { $0.bases } == ["http://127.0.0.1:9"])
    }

    @Test(
        "says what is wrong, and what to do",
        arguments: [
            (
                "GET /api/v3/time", 503, "{}",
                "FAIL binance connection GET /api/v3/time was answered with status 503: look at the venue's status page, and at "
                    + #""endpoints""#
            ),
            (
                "GET /api/v3/exchangeInfo", 200, ScriptedNetwork.instruments(status: "HALT"),
                "FAIL desk rules desk.yml:7:17: BTC/USDT is not trading on binance now (HALT): take binance off until it is"
            ),
            (
                "GET /sapi/v1/account/apiRestrictions", 200, ScriptedNetwork.permissions(trade: false, withdraw: false),
                "FAIL binance permissions the key may not trade: allow it at the venue, for this address only"
            ),
            (
                "GET /sapi/v1/account/apiRestrictions", 200, ScriptedNetwork.permissions(trade: true, withdraw: true),
                "FAIL binance permissions the key may withdraw coins: make one that may not, or set \"allow_withdraw_key\" if that "
                    + "is meant"
            ),
            (
                "GET /sapi/v1/account/apiRestrictions", 401, #"{"code":-2015,"msg":"Invalid API-key"}"#,
                "FAIL binance permissions the key was refused, code -2015: look at the key, its permissions and the addresses from "
                    + "which it may be used"
            ),
            (
                "GET /api/v3/account", 200, #"{"uid":1,"updateTime":1,"balances":[]}"#,
                "warn binance balances there is no BTC, USDT: the side that needs it is not quoted"
            ),
        ])
    func wrong(_ request: String, _ status: Int, _ body: String, _ line: String) async throws {
        let network = ScriptedNetwork.binance()
        network.answer(request, status: status, body)
        let (lines, isWell) = try await Self.lines(network)
        #expect(lines.contains(line), "\(lines)")
        #expect(isWell == line.hasPrefix("warn"))
        #expect(!lines.joined().contains("hunter2"))
    }

    @Test("compares clocks at the middle of the round trip") func clock() async throws {
        let (lines, isWell) = try await Self.lines(ScriptedNetwork.binance(skew: -700))
        #expect(
            isWell
                && lines.contains(
                    "warn binance clock the venue's is -700 ms ahead, which a run reckons with: let chrony or ntpd set this "
                        + "machine's")
        )
    }

    @Test("warns of a limit that others use") func limits() async throws {
        let network = ScriptedNetwork.binance()
        network.state.withLock { $0.limits = [4_500, 1, 1] }
        let (lines, isWell) = try await Self.lines(network)
        #expect(
            isWell
                && lines.contains(
                    "warn binance limits 75% is in use already: find out what else uses the address or the account")
        )
    }

    @Test("tells a stream that does not open, and a venue that can't be reached, of the rest it goes on") func down()
        async throws
    {
        let network = ScriptedNetwork.binance()
        network.state.withLock { $0.refusesStreams = true }
        let (lines, isWell) = try await Self.lines(network)
        #expect(!isWell)
        #expect(lines.filter { $0.hasPrefix("FAIL") }.count == 2 && lines.last?.hasPrefix("ok desk rules") == true)
        let (dark, darkIsWell) = try await Self.lines(ScriptedNetwork([:]))
        #expect(!darkIsWell)
        #expect(
            dark.last
                == "FAIL binance connection https://api.binance.com is not reached: connection refused: look at the network, a "
                + #"proxy, and "endpoints""#)
    }

    @Test("tells what is wrong with the key, and looks at no account without one") func key() async throws {
        let network = ScriptedNetwork.binance()
        let (lines, isWell) = try await Self.lines(
            network, keys: [(venue: "binance", key: .failure(.variableMissing("K")))])
        #expect(!isWell)
        #expect(
            lines.contains("FAIL binance key the environment variable K is not set: export it before the start"))
        #expect(network.state.withLock { $0.asked.count } == 2)
    }
}
