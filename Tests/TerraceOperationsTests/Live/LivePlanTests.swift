import Synchronization
import TerraceCore
import TerraceSimulation
import TerraceVenues
import Testing

@testable import TerraceOperations

@Suite("What a run finds out before it begins") struct LivePlanTests {
    private static func desk(_ venues: String, mode: String = "dry-run", exchanges: String = "binance") throws
        -> DeskConfiguration
    {
        try DeskConfiguration.parse(
            """
            mode: \(mode)
            venues: \(venues)
            strategies:
              - id: one
                symbol: BTC/USDT
                exchanges: [\(exchanges)]
                config:
                  inventory: { target_inventory: 1, max_inventory_deviation: 1 }
                  passive_lines: [{ mid_spread_bps: 20, quantity: 0.1 }]

            """, file: "desk.yml")
    }

    private static func plan(
        _ desk: DeskConfiguration, _ mode: RunMode, _ network: ScriptedNetwork = .binance(), key: Bool = false
    ) async -> Result<LivePlan, LiveRunError> {
        let keys = [
            (
                venue: "binance",
                key: key
                    ? Result<VenueCredentials, KeyError>.success(VenueCredentials(key: "public", secret: "hunter2"))
                    : .failure(.notNamed(venue: "binance"))
            )
        ]
        do throws(LiveRunError) {
            return .success(try await LiveRun(desk, mode: mode).plan(keys: keys, network.network))
        } catch {
            return .failure(error)
        }
    }

    private static func text(_ result: Result<LivePlan, LiveRunError>) -> String {
        switch result {
        case .success: "it would run"
        case .failure(let error): error.description
        }
    }

    @Test("is a desk with the file's balances, where the file has them") func file() async throws {
        let network = ScriptedNetwork.binance()
        let plan = try await Self.plan(try Self.desk("{ binance: { balances: { BTC: 3 } }, okx: }"), .paper, network)
            .get()
        #expect(plan.accesses.map { $0.venue.name } == ["binance"])
        #expect(plan.desk.bound.setup.balances[0].map { $0.1.text } == ["3"])
        #expect(plan.notes.contains("okx is used by no strategy, and is not connected"))
        #expect(plan.lines.first?.hasPrefix("paper:") == true)
        #expect(network.state.withLock { $0.asked.count } == 2, "without a key nothing is signed")
        #expect(!plan.desk.bound.setup.pairs[0].instruments[0].showsOwnOrders)
    }

    @Test("asks the account what it holds, where the file does not say") func account() async throws {
        let plan = try await Self.plan(try Self.desk("{ binance: { key_file: k } }"), .dryRun, key: true).get()
        #expect(plan.desk.bound.setup.balances[0].map { $0.1.text } == ["2", "1000"])
        let live = try await Self.plan(
            try Self.desk("{ binance: { key_file: k } }", mode: "live"), .live, key: true
        ).get()
        #expect(live.lines.first == "LIVE: real orders are sent.")
        #expect(live.desk.bound.setup.pairs[0].instruments[0].showsOwnOrders)
    }

    @Test("refuses what can't be run, with the place in the file") func faults() async throws {
        #expect(
            Self.text(await Self.plan(try Self.desk("{ binance: }"), .paper))
                == #"desk.yml:2:11: nothing says what the account on binance holds: give it "balances", or a key, and the "#
                + "venue is asked")
        #expect(
            Self.text(await Self.plan(try Self.desk("{ binance: }", mode: "live"), .live))
                == "desk.yml:2:11: "
                + #"no key is named for binance: give "api_key_env" and "api_secret_env", or "key_file", in venues"#)
        let text = Self.text(
            await Self.plan(
                try Self.desk("{ okx: , mine: { simulated: true } }", exchanges: "okx, mine"), .dryRun))
        #expect(text.hasPrefix("desk.yml:2:11: okx can't be connected yet: venues that can are binance"))
        #expect(text.contains("desk.yml:2:18: mine is simulated: it can't be connected"))
    }

    @Test("refuses a key that may withdraw coins in every mode, unless it is allowed") func withdraw() async throws {
        let network = ScriptedNetwork.binance()
        network.answer(
            "GET /sapi/v1/account/apiRestrictions", ScriptedNetwork.permissions(trade: false, withdraw: true))
        let refused = await Self.plan(try Self.desk("{ binance: { key_file: k } }"), .dryRun, network, key: true)
        #expect(
            Self.text(refused)
                == "binance: the key may withdraw coins: make one that may not, or set \"allow_withdraw_key\" if that is meant"
        )
        let allowed = try Self.desk("{ binance: { key_file: k, allow_withdraw_key: true } }", mode: "live")
        let notes = try await Self.plan(allowed, .dryRun, network, key: true).get().notes
        #expect(notes.count == 1)
        #expect(
            Self.text(await Self.plan(allowed, .live, network, key: true))
                == "binance: the key may not trade: allow it at the venue, for this address only")
    }

    @Test("has a line for every venue that can be traded on") func table() {
        let lines = VenueTable.lines(.all)
        for venue in LiveVenueCatalogue.all.venues {
            #expect(lines.contains { $0.hasPrefix("\(venue.name) ") })
            #expect(VenueConfiguration.knownNames.contains(venue.name) && venue.bare.traits.name == venue.name)
            for endpoints in [venue.bare.traits.endpoints, venue.testNetwork].compactMap({ $0 }) {
                #expect(EndpointAddress.fault(of: endpoints.rest, secure: "https", plain: "http") == nil)
                #expect(EndpointAddress.fault(of: endpoints.market, secure: "wss", plain: "ws") == nil)
                #expect(EndpointAddress.fault(of: endpoints.account, secure: "wss", plain: "ws") == nil)
            }
        }
    }
}
