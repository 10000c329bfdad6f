import TerraceCore
import TerraceSimulation

@testable import TerraceExchangeServer
@testable import TerraceVenues

/// An engine with a session for each of several well-behaved exchanges of many pairs, under one virtual clock.
///
/// Each pair quotes one order on one exchange, so that the time until all are quoting is not that of the exchanges' limits for
/// orders; its books on all of them are kept.
final class StartUpWorld {
    /// What an exchange's documentation allows.
    struct Limits {
        let weight: Int
        let messages: Int
        let connections: Int

        init(of kind: ExchangeKind) {
            switch kind {
            case .binance: (self.weight, self.messages, self.connections) = (6_000, 5, 300)
            case .bybit: (self.weight, self.messages, self.connections) = (600, 20, 500)
            }
        }
    }

    let hosts: [ServerHost]
    let setup: MarketSetup
    private(set) var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private(set) var networks: [VirtualNetwork] = []
    private(set) var sessions: [VenueSession] = []
    private var engine: Engine
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 65_536)
    private let pairs: Int

    init(kinds: [ExchangeKind], pairs: Int) throws {
        self.pairs = pairs
        let start = self.now
        self.hosts = try kinds.enumerated().map { place, kind in
            var settings = ExchangeSettings(kind: kind, start: start)
            settings.pairs = pairs
            settings.rate = Double(pairs) / 2
            settings.seed = UInt64(place + 1)
            return ServerHost(try ExchangeServer(settings))
        }
        let cores = self.hosts.map { $0.server.core }
        let whole = MarketSetup(pairs: pairs, venues: kinds.count)
        let venues = kinds.map {
            switch $0 {
            case .binance:
                VenueDefinition(name: $0.rawValue, ordersPerWindow: 100, windowNanoseconds: 10_000_000_000)
            case .bybit: VenueDefinition(name: $0.rawValue, ordersPerWindow: 20, windowNanoseconds: 1_000_000_000)
            }
        }
        let definitions = whole.pairs.indices.map { place in
            PairDefinition(
                base: whole.pairs[place].base, quote: whole.pairs[place].quote, units: whole.pairs[place].units,
                instruments: cores.enumerated().map { venue, core in
                    InstrumentDefinition(
                        venue: VenueIndex(UInt8(truncatingIfNeeded: venue)), rules: core.instruments[place].rules)
                })
        }
        self.setup = MarketSetup(
            assets: cores[0].coins, venues: venues, pairs: definitions, symbols: whole.symbols, prices: whole.prices,
            balances: kinds.map { _ in [] })
        var configuration = EngineConfiguration(venues: venues, assetCount: cores[0].coins.count)
        configuration.instance = 7
        configuration.firstSequence = ClientOrderID.firstSequence(at: start)
        var engine = Engine(configuration)
        for pair in definitions { _ = engine.addPair(pair) }
        for (place, var strategy) in self.setup.strategies().enumerated() {
            strategy.topOfBookLines = []
            strategy.passiveLines = [strategy.passiveLines[0]]
            strategy.passiveLines[0].sides = .bid
            strategy.venues = .none
            strategy.venues.insert(VenueIndex(UInt8(truncatingIfNeeded: place % kinds.count)))
            _ = try engine.register(strategy)
        }
        self.engine = engine
        for (venue, host) in self.hosts.enumerated() { self.connect(venue, host) }
    }

    private func connect(_ venue: Int, _ host: ServerHost) {
        let instruments = (0..<self.pairs).map { pair in
            FeedInstrument(
                symbol: host.server.core.instruments[pair].symbol,
                instrument: InstrumentIndex(UInt32(truncatingIfNeeded: pair * self.hosts.count + venue)),
                units: self.setup.pairs[pair].units)
        }
        let credentials = VenueCredentials(key: AccountSettings.test.key, secret: AccountSettings.test.secret)
        let dialect: any VenueDialect =
            switch host.server.settings.kind {
            case .binance: BinanceDialect(market: .spot, instruments: instruments, credentials: credentials)
            case .bybit: BybitDialect(instruments: instruments, credentials: credentials)
            }
        let network = VirtualNetwork(
            host, limitHeaders: dialect.traits.limitHeaders, seed: UInt64(venue) &+ 77, now: self.now)
        let settings = SessionSettings(
            venue: VenueIndex(UInt8(truncatingIfNeeded: venue)), trades: true, instance: 7, coins: self.setup.assets,
            endpoints: dialect.traits.endpoints, seed: UInt64(venue))
        let session = VenueSession(dialect, settings: settings, transport: network)
        network.session = session
        self.networks.append(network)
        self.sessions.append(session)
        session.start(at: self.now)
    }

    func run(for nanoseconds: Int64) {
        let end = self.now.advanced(by: nanoseconds)
        while true {
            var next = self.engine.waiting > 0 ? self.now : self.engine.nextTimer
            for host in self.hosts { next = min(next, host.nextDue) }
            for network in self.networks { next = min(next, network.nextDue) }
            for session in self.sessions { next = min(next, session.nextDue) }
            if next > end { break }
            self.now = max(self.now, next)
            self.step()
        }
        self.now = end
    }

    private func step() {
        for host in self.hosts where host.nextDue <= self.now { host.advance(to: self.now) }
        for network in self.networks { network.advance(to: self.now) }
        self.deliveries.removeAll(keepingCapacity: true)
        for session in self.sessions {
            session.advance(to: self.now)
            session.take(into: &self.deliveries)
        }
        for delivery in self.deliveries { self.engine.handle(delivery.event, at: self.now, into: &self.commands) }
        self.engine.handle(.turn(limit: 256), at: self.now, into: &self.commands)
        for index in 0..<self.commands.count {
            let command = self.commands[index]
            self.sessions[command.instrument.index % self.hosts.count].send(command, at: self.now)
        }
        self.commands.removeAll()
        for session in self.sessions { session.flush(at: self.now) }
    }

    // MARK: What a test sees

    var liveBooks: Int {
        (0..<self.pairs * self.hosts.count).count {
            self.engine.books.isLive(InstrumentIndex(UInt32(truncatingIfNeeded: $0)))
        }
    }

    /// Pairs with an order that the exchange has said to stand.
    var quotedPairs: Int {
        (0..<self.engine.strategyCount).count { index in
            self.engine.slots(StrategyIndex(UInt32(truncatingIfNeeded: index))).contains { $0.order.state == .working }
        }
    }

    var counts: [HostCounts] { self.hosts.map(\.counts) }

    /// What the sessions have counted and told, for a failure's text.
    var account: String {
        self.sessions.map { session in
            "\(session.statistics)\n" + session.notices.suffix(8).map { "  \($0.text)" }.joined(separator: "\n")
        }.joined(separator: "\n") + "\n\(self.engine.statistics)"
    }
}
