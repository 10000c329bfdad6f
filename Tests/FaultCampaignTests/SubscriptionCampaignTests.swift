import TerraceCore
import TerraceSimulation
import Testing

@testable import TerraceExchangeServer
@testable import TerraceVenues

/// Strategies come and go while connections break and messages are lost: in the end the exchanges tell of what is needed, and of
/// nothing else.
@Suite("Subscriptions at exchanges that fail") struct SubscriptionCampaignTests {
    static let seeds: ClosedRange<UInt64> = 1...8

    @Test("come to what the strategies need, within the venues' limits", arguments: Self.seeds)
    func agrees(seed: UInt64) throws {
        let faults = try FaultPlan(
            seed % 4 == 0 ? "" : "drop=0.03,gap=0.003,duplicate=0.005,silence=0.004,restart=0.01")
        let world = try CampaignWorld(kinds: [.binance, .bybit], faults: faults, seed: seed, rate: 300)
        var random = SeededGenerator(seed: seed)
        func below(_ limit: Int) -> Int { min(limit - 1, Int(random.unit() * Double(limit))) }
        let definitions = (0..<world.engine.strategyCount).map { world.engine.definition(StrategyIndex(UInt32($0))) }
        var isThere = definitions.map { _ in true }
        var changes = 0
        for _ in 0..<40 {
            world.run(for: Int64(100_000_000 + below(3_000_000_000)))
            let place = below(definitions.count)
            let strategy = StrategyIndex(UInt32(place))
            var definition = definitions[place]
            definition.venues = VenueSet(bits: UInt64(1 + below(3)))
            definition.priority = Priority.allCases[below(4)]
            if below(3) > 0 { definition.pricing = .component(definition.venues) }
            changes += 1
            switch (isThere[place], below(3)) {
            case (true, 0): try world.engine.update(strategy, to: definition)
            case (true, _):
                try world.engine.remove(strategy)
                isThere[place] = false
            case (false, _):
                // The same pair: its old orders need not be gone.
                #expect(try world.engine.register(definition) == strategy)
                isThere[place] = true
            }
            if isThere[place], below(4) == 0 {
                try world.engine.subscribe(
                    strategy, to: [PairIndex(UInt32(below(definitions.count)))],
                    on: VenueSet(bits: UInt64(1 + below(3))), priority: .low)
            }
        }
        // On some seeds nobody needs the second exchange in the end, or any.
        for place in definitions.indices where isThere[place] {
            let strategy = StrategyIndex(UInt32(place))
            if seed % 3 == 0 {
                var definition = world.engine.definition(strategy)
                definition.venues = VenueSet(bits: 1)
                definition.pricing = .singleVenue(VenueIndex(0))
                try world.engine.update(strategy, to: definition)
                try world.engine.unsubscribe(strategy)
            } else if seed % 7 == 0 {
                try world.engine.remove(strategy)
            }
        }
        world.heal()
        let isSettled = world.settle()
        world.run(for: 45_000_000_000)
        world.quieten()
        let (needed, told, live) = (world.neededInstruments, world.toldInstruments, world.liveInstruments)
        let connections = world.marketConnections
        let account = world.account
        let orders = world.orderDifferences()
        let (messages, refusals) = (world.hosts.map(\.counts.mostMessages), world.hosts.map(\.counts.refusals))
        #expect(isSettled, "seed \(seed) does not settle: \(account)")
        #expect(told == needed, "seed \(seed): \(account)")
        #expect(live == needed, "seed \(seed): \(account)")
        #expect(orders == [], "seed \(seed): \(account)")
        for venue in 0..<2 {
            #expect(connections[venue] == (needed[venue].isEmpty ? 0 : 1), "seed \(seed): \(account)")
        }
        if seed % 3 == 0 { #expect(needed[1].isEmpty, "seed \(seed)") }
        if seed % 7 == 0 { #expect(needed == [[], []], "seed \(seed)") }
        #expect(messages[0] <= 5 && messages[1] <= 20, "seed \(seed): \(messages)")
        #expect(refusals == [0, 0], "seed \(seed)")
        #expect(changes == 40)
    }
}

extension CampaignWorld {
    /// By exchange: the instruments of the engine that somebody needs.
    var neededInstruments: [[Int]] { self.byVenue { self.engine.demand(for: $0) != nil } }

    /// By exchange: those with a live book.
    var liveInstruments: [[Int]] { self.byVenue { self.engine.books.isLive($0) } }

    private func byVenue(_ isMeant: (InstrumentIndex) -> Bool) -> [[Int]] {
        self.hosts.indices.map { venue in
            (0..<Self.pairs).map { $0 * self.hosts.count + venue }.filter { isMeant(InstrumentIndex(UInt32($0))) }
        }
    }

    /// By exchange: what it tells the changes and the trades of; an instrument is there as often as it is told.
    var toldInstruments: [[Int]] {
        self.hosts.enumerated().map { venue, host in
            var depths: [Int] = []
            var trades: [Int] = []
            if let binance = host.server.venue as? BinanceServerProtocol {
                for connection in binance.connections.values {
                    depths += connection.streams.filter { $0.kind == .depth100 }.map(\.instrument)
                    trades += connection.streams.filter { $0.kind == .trade }.map(\.instrument)
                }
            } else if let bybit = host.server.venue as? BybitServerProtocol {
                for connection in bybit.connections.values {
                    depths += connection.topics.filter { $0.kind == .book200 }.map(\.instrument)
                    trades += connection.topics.filter { $0.kind == .trades }.map(\.instrument)
                }
            }
            let told = depths.sorted() == trades.sorted() ? depths.sorted() : []
            return told.map { $0 * self.hosts.count + venue }
        }
    }

    /// By exchange: how many connections for market data are open.
    var marketConnections: [Int] {
        self.hosts.map { host in
            if let binance = host.server.venue as? BinanceServerProtocol {
                return binance.connections.values.count { $0.purpose == .combined }
            }
            return (host.server.venue as? BybitServerProtocol)?.connections.values.count { !$0.isPrivate } ?? -1
        }
    }
}
