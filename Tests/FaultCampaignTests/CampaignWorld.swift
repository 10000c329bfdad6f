import TerraceCore
@testable import TerraceExchangeServer
import TerraceSimulation
import TerraceStorage
@testable import TerraceVenues

/// An engine with its sessions, between exchange servers that misbehave, under one virtual clock.
final class CampaignWorld {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    static let pairs = 4

    let hosts: [ServerHost]
    let setup: MarketSetup
    private(set) var now = CampaignWorld.start
    private(set) var networks: [VirtualNetwork] = []
    private(set) var sessions: [VenueSession] = []
    var engine: Engine
    private(set) var firstSequence: UInt64 = 1
    private var bootedAt = CampaignWorld.start
    private var ghosts: [VirtualNetwork] = []  // What a crashed engine left on its way.
    private var deliveries: [Delivery] = []
    private var commands = CommandBuffer(capacity: 8_192)
    private let seed: UInt64
    private var isFrozen = false
    /// What each engine goes on from; nil where they know nothing of each other.
    private let journal: CampaignJournal?
    /// How far the last step came, where it was the last of an engine.
    private var killPoint = KillPoint.none

    /// Where in a step an engine is killed.
    enum KillPoint: UInt64, CaseIterable {
        case none
        /// What came is recorded and taken, and nothing is made of it.
        case heard
        /// The commands are recorded, and none is sent.
        case recorded
        /// They are sent to the first venue only.
        case sent
    }

    init(
        kinds: [ExchangeKind], faults: FaultPlan, seed: UInt64, rate: Double = 800, journal: CampaignJournal? = nil
    ) throws {
        self.seed = seed
        self.journal = journal
        self.hosts = try kinds.enumerated().map { place, kind in
            var settings = ExchangeSettings(kind: kind, start: Self.start)
            settings.pairs = Self.pairs
            settings.rate = rate
            settings.seed = seed &* 31 &+ UInt64(place)
            settings.faults = faults
            settings.ordersPerWindow = kind == .binance ? 1_000 : 200
            return ServerHost(try ExchangeServer(settings))
        }
        // The engine is told what the exchanges list.
        let cores = self.hosts.map { $0.server.core }
        let whole = MarketSetup(pairs: Self.pairs, venues: 2)
        let venues = kinds.map {
            VenueDefinition(
                name: $0.rawValue, ordersPerWindow: 900, windowNanoseconds: 10_000_000_000)
        }
        let pairs = whole.pairs.indices.map { place in
            PairDefinition(
                base: whole.pairs[place].base, quote: whole.pairs[place].quote, units: whole.pairs[place].units,
                instruments: cores.enumerated().map { venue, core in
                    var rules = core.instruments[place].rules
                    rules.canAmend = kinds[venue] == .bybit
                    return InstrumentDefinition(venue: VenueIndex(UInt8(venue)), rules: rules)
                })
        }
        self.setup = MarketSetup(
            assets: cores[0].coins, venues: venues, pairs: pairs, symbols: whole.symbols, prices: whole.prices,
            balances: kinds.map { _ in [] })
        self.engine = Engine(EngineConfiguration(venues: venues, assetCount: cores[0].coins.count))
        try self.boot()
    }

    /// A new engine that knows nothing, and new sessions.
    private func boot() throws {
        var configuration = EngineConfiguration(venues: self.setup.venues, assetCount: self.setup.assets.count)
        configuration.seed = self.seed
        configuration.instance = 7
        configuration.firstSequence = ClientOrderID.firstSequence(at: self.now)
        self.firstSequence = configuration.firstSequence
        self.bootedAt = self.now
        var engine = Engine(configuration)
        for pair in self.setup.pairs { _ = engine.addPair(pair) }
        for var strategy in self.setup.strategies() {
            // Lively, so that a short run has many orders.
            let timeout: Int64 = self.journal == nil ? 3_000_000_000 : 900_000_000
            for line in strategy.passiveLines.indices { strategy.passiveLines[line].timeoutNanoseconds = timeout }
            strategy.passiveLines[0].spread = Millibps(1_000)
            _ = try engine.register(strategy)
        }
        let ledger = try self.journal?.begin(self.description(engine), at: self.now)
        if let ledger { self.restore(&engine, ledger) }
        self.engine = engine
        self.networks = []
        self.sessions = []
        for (venue, host) in self.hosts.enumerated() {
            let instruments = (0..<Self.pairs).map { pair in
                FeedInstrument(
                    symbol: host.server.core.instruments[pair].symbol,
                    instrument: InstrumentIndex(UInt32(pair * self.hosts.count + venue)),
                    units: self.setup.pairs[pair].units)
            }
            let credentials = VenueCredentials(key: AccountSettings.test.key, secret: AccountSettings.test.secret)
            let dialect: any VenueDialect =
                switch host.server.settings.kind {
                case .binance: BinanceDialect(market: .spot, instruments: instruments, credentials: credentials)
                case .bybit: BybitDialect(instruments: instruments, credentials: credentials)
                }
            let network = VirtualNetwork(
                host, limitHeaders: dialect.traits.limitHeaders, seed: self.seed &+ UInt64(venue) &+ 77, now: self.now)
            var settings = SessionSettings(
                venue: VenueIndex(UInt8(venue)), trades: true, instance: 7, coins: self.setup.assets,
                endpoints: dialect.traits.endpoints, seed: self.seed &+ UInt64(venue))
            settings.comparisonNanoseconds = 5_000_000_000
            if let ledger, self.journal?.runs ?? 0 > 1 { settings.fillMarks = self.marks(ledger, venue) }
            let session = VenueSession(dialect, settings: settings, transport: network)
            network.session = session
            self.networks.append(network)
            self.sessions.append(session)
            session.start(at: self.now)
        }
    }

    // MARK: What an engine goes on from

    private func instrument(_ venue: String, _ symbol: String) -> InstrumentIndex? {
        guard let place = self.setup.venues.firstIndex(where: { $0.name == venue }),
            let pair = self.setup.symbols.firstIndex(of: symbol)
        else { return nil }
        return InstrumentIndex(UInt32(pair * self.hosts.count + place))
    }

    private func description(_ engine: borrowing Engine) -> RunDescription {
        var instruments: [RunDescription.Instrument] = []
        for pair in self.setup.pairs.indices {
            let units = self.setup.pairs[pair].units
            for venue in self.hosts.indices {
                instruments.append(
                    RunDescription.Instrument(
                        venue: venue, symbol: self.setup.symbols[pair], priceExponent: units.priceExponent,
                        quantityExponent: units.quantityExponent))
            }
        }
        let strategies = (0..<engine.strategyCount).map { index in
            let strategy = StrategyIndex(UInt32(index))
            let definition = engine.definition(strategy)
            return RunDescription.Strategy(
                id: definition.id, hash: UInt32(truncatingIfNeeded: engine.orderOwner(strategy)),
                symbol: self.setup.symbols[definition.pair.index], configuration: "{}")
        }
        return RunDescription(
            instance: 7, mode: "live", program: "campaign", venues: self.setup.venues.map { $0.name },
            coins: self.setup.assets, instruments: instruments, strategies: strategies)
    }

    private func restore(_ engine: inout Engine, _ ledger: Ledger) {
        for index in 0..<engine.strategyCount {
            let strategy = StrategyIndex(UInt32(index))
            guard let known = ledger.strategy(engine.definition(strategy).id) else { continue }
            var state = RestoredStrategy()
            state.total = ledger.position(known.total, coins: self.setup.assets)
            for share in known.shares {
                guard let instrument = self.instrument(share.venue, known.symbol) else { continue }
                state.shares.append(
                    RestoredStrategy.Share(
                        instrument: instrument, position: ledger.position(share.position, coins: self.setup.assets),
                        fills: share.fills))
            }
            state.isSeeded = known.isSeeded
            state.isStopped = known.isStopped
            state.lossBaseline = known.lossBaseline
            engine.restore(strategy, state)
        }
        for fill in ledger.seenFills {
            guard let instrument = self.instrument(fill.venue, fill.symbol) else { continue }
            engine.restoreSeen(trade: fill.trade, instrument: instrument)
        }
        for order in ledger.orders {
            guard let instrument = self.instrument(order.venue, order.symbol) else { continue }
            if engine.restore(order.order, on: instrument) { self.ordersTakenUp += 1 }
        }
    }

    /// Where an earlier run has begun and the venue has told no mark yet, nothing was traded before that run.
    private func marks(_ ledger: Ledger, _ venue: Int) -> [FillMark?] {
        self.setup.symbols.map { symbol in
            let mark = ledger.fillMarks.first { $0.venue == self.setup.venues[venue].name && $0.symbol == symbol }
            guard let mark else {
                return FillMark(through: nil, milliseconds: Self.start.nanoseconds / 1_000_000 - 60_000)
            }
            return FillMark(through: mark.through, milliseconds: mark.milliseconds)
        }
    }
    private(set) var ordersTakenUp = 0

    /// As `kill -9` does it, at `point` of the next step; another engine begins after `pause`.
    func kill(at point: KillPoint, random: inout SeededGenerator, pause: Int64) throws {
        self.killPoint = point
        if point != .none { self.runStep() }
        self.killPoint = .none
        self.commands.removeAll()
        try self.journal?.kill(random: &random)
        try self.crashAndRestart(pause: pause)
    }

    /// The engine is gone from one moment to the next; another begins after `pause`.
    func crashAndRestart(pause: Int64) throws {
        for network in self.networks { network.crash() }
        self.ghosts += self.networks
        self.networks = []
        self.sessions = []
        let engine = Engine(EngineConfiguration(venues: self.setup.venues, assetCount: self.setup.assets.count))
        self.engine = engine
        self.run(for: pause)
        try self.boot()
    }

    func run(for nanoseconds: Int64) {
        let end = self.now.advanced(by: nanoseconds)
        while true {
            let next = self.nextDue
            if next > end { break }
            self.now = max(self.now, next)
            self.step()
        }
        self.now = end
    }

    private func runStep() {
        self.now = max(self.now, self.nextDue)
        self.step()
    }

    private var nextDue: Timestamp {
        var next = self.engine.waiting > 0 ? self.now : self.engine.nextTimer
        if self.sessions.isEmpty || self.isFrozen { next = .distantFuture }  // Nobody runs the engine.
        for host in self.hosts { next = min(next, host.nextDue) }
        for network in self.networks + self.ghosts { next = min(next, network.nextDue) }
        for session in self.sessions { next = min(next, session.nextDue) }
        return next
    }

    private func step() {
        for host in self.hosts { host.advance(to: self.now) }
        for network in self.ghosts { network.advance(to: self.now) }
        for network in self.networks { network.advance(to: self.now) }
        self.deliveries.removeAll(keepingCapacity: true)
        for session in self.sessions {
            session.advance(to: self.now)
            session.take(into: &self.deliveries)
        }
        if self.sessions.isEmpty { return }
        for delivery in self.deliveries {
            if let journal = self.journal, Self.isRecorded(delivery.event) {
                journal.append(.event(delivery.event), at: self.now)
            }
            self.engine.handle(delivery.event, at: self.now, into: &self.commands)
        }
        if self.isFrozen || self.killPoint == .heard { return }
        self.engine.handle(.turn(limit: 256), at: self.now, into: &self.commands)
        if let journal = self.journal {
            for index in 0..<self.engine.factCount { journal.append(.fact(self.engine.fact(index)), at: self.now) }
            self.engine.forgetFacts()
            for index in 0..<self.commands.count { journal.append(.command(self.commands[index]), at: self.now) }
            if self.killPoint == .recorded { return }
        }
        for index in 0..<self.commands.count {
            let command = self.commands[index]
            self.sessions[command.instrument.index % self.hosts.count].send(command, at: self.now)
        }
        self.commands.removeAll()
        for session in self.sessions {
            session.flush(at: self.now)
            if self.killPoint == .sent { return }
        }
        self.journal?.write(at: self.now)
    }

    /// As a shard chooses.
    private static func isRecorded(_ event: Event) -> Bool {
        switch event {
        case .market, .turn, .connection(_, .heartbeat): false
        case .order, .balance, .fillsKnown, .connection, .control: true
        }
    }

    /// Nothing goes wrong any more; clocks stay as wrong as they were.
    func heal() {
        for host in self.hosts { host.server.dice.plan = FaultPlan() }
    }

    /// Runs until both accounts are heard and no order's state is unknown; false where that takes too long.
    func settle() -> Bool {
        // Backoffs of up to 64 s must have ended, and bans of ten minutes.
        for _ in 0..<1_000 {
            self.run(for: 1_000_000_000)
            let isHeard = self.sessions.allSatisfy { $0.isAccountHeard && !$0.weight.isBlocked(at: self.now) }
            if self.unknownOrders == 0, isHeard { return true }
        }
        return false
    }

    /// Orders of which the engine does not know whether they stand.
    var unknownOrders: Int {
        var count = 0
        for index in 0..<self.engine.strategyCount {
            for slot in self.engine.slots(StrategyIndex(UInt32(index))) where slot.order.state == .unknown {
                count += 1
            }
        }
        return count
    }

    /// Lets everything arrive that is on its way, the engine hearing all and sending nothing.
    func quieten() {
        self.isFrozen = true
        self.run(for: 4_000_000_000)
        self.isFrozen = false
    }

    /// Cancels everything, and runs until neither side has an order; false where that takes too long.
    func stop() -> Bool {
        self.engine.handle(.control(.kill), at: self.now, into: &self.commands)
        for _ in 0..<800 {
            self.run(for: 1_000_000_000)
            if self.engine.openOrders == 0, self.sessions.allSatisfy({ $0.isQuiet }) { return true }
        }
        return false
    }

    /// Compares everything by the sessions' own means.
    func compare() {
        for session in self.sessions { session.compareSoon() }
        self.run(for: 14_000_000_000)
    }

    /// What positions say balances should have moved by, as a live run's report has it.
    func reconciliation() -> [String] {
        var setup = self.setup
        for (venue, session) in self.sessions.enumerated() {
            guard let first = session.firstListing else { return ["venue \(venue) was never compared"] }
            setup.balances[venue] = self.setup.assets.enumerated().map { asset, coin in
                (AssetIndex(UInt16(asset)), first.total(of: coin))
            }
        }
        return Reconciliation.positions(self.engine, setup)
    }

    // MARK: The truth

    /// Every fill that the exchanges count for this engine's orders, over all of its lives, against what its strategies have
    /// booked: how many, and what they come to.
    func positionDifferences() -> [String] {
        var found: [String] = []
        for index in 0..<self.engine.strategyCount {
            let strategy = StrategyIndex(UInt32(index))
            let owner = self.engine.orderOwner(strategy)
            let definition = self.engine.definition(strategy)
            let units = self.setup.pairs[definition.pair.index].units
            let pair = self.setup.pairs[definition.pair.index]
            var held = Quantity.zero
            let booked = zip(self.engine.positions(strategy), self.engine.fills(strategy))
            for (instrument, (position, tally)) in zip(self.engine.instruments(of: strategy), booked) {
                let core = self.hosts[instrument.index % self.hosts.count].server.core
                var (count, truth) = (0 as UInt64, Position())
                for record in core.accounts[0].fills where record.instrument == instrument.index / self.hosts.count {
                    guard let id = self.parse(record.clientID), id.high == owner else { continue }
                    count += 1
                    let fee: FeeKind =
                        record.fill.feeAsset == pair.base
                        ? .base : record.fill.feeAsset == pair.quote ? .quote : .third(record.fill.feeAsset)
                    truth.book(record.fill, units: units, fee: fee)
                }
                func words(_ position: Position) -> String {
                    let base = units.amount(of: position.quantity) - position.feeRemainder
                    let quote = units.amount(of: position.realised - position.cost) - position.fees
                    return "base \(base.text), quote \(quote.text), traded \(position.volume.units)"
                }
                held += position.quantity
                if tally.count == count, words(position) == words(truth) { continue }
                found.append(
                    "\(definition.id) on \(instrument.index): \(tally.count) fills, \(words(position)) here; "
                        + "\(count) fills, \(words(truth)) there")
            }
            let total = self.engine.position(strategy).quantity
            if total != held + definition.inventory.initial {
                found.append("\(definition.id): \(total.units) in total, \(held.units) on its venues")
            }
        }
        return found
    }

    private func parse(_ text: String) -> ClientOrderID? {
        let bytes = Array(text.utf8)
        return ClientOrderID(WireText(start: 0, end: bytes.count, isEscaped: false), in: bytes.span)
    }

    /// Orders of ours that stand at the exchanges, against those that the engine knows.
    func orderDifferences() -> [String] {
        var found: [String] = []
        var standing: [ClientOrderID: OrderRecord] = [:]
        for host in self.hosts {
            for order in host.server.core.openOrders(0) {
                guard let id = self.parse(order.clientID) else { continue }
                standing[id] = order
            }
        }
        for index in 0..<self.engine.strategyCount {
            for slot in self.engine.slots(StrategyIndex(UInt32(index))) where slot.order.state != .idle {
                guard let order = standing.removeValue(forKey: slot.order.id) else {
                    found.append("order \(slot.order.id.text): \(slot.order.state) here, none at the exchange")
                    continue
                }
                if order.price != slot.order.price || order.quantity != slot.order.quantity
                    || order.filled != slot.order.filled || order.side != slot.order.side
                {
                    found.append("order \(slot.order.id.text) differs: \(slot.order) here, \(order) there")
                }
            }
        }
        for id in standing.keys { found.append("order \(id.text) stands, unknown here") }
        return found.sorted()
    }

    /// Balances at the exchanges against those that the engine reckons.
    func balanceDifferences() -> [String] {
        var found: [String] = []
        for (venue, host) in self.hosts.enumerated() {
            for (coin, name) in self.setup.assets.enumerated() {
                let theirs = host.server.core.balance(0, coin).total
                let ours = self.engine.balance(VenueIndex(UInt8(venue)), AssetIndex(UInt16(coin)))
                if ours != theirs { found.append("\(name) on venue \(venue): \(ours.text) here, \(theirs.text) there") }
            }
        }
        return found
    }

    /// Fills of this engine's strategies, by strategy and instrument. Its own orders' are told to the last one; those of the
    /// engine before it, from when it began to listen.
    func fillDifferences() -> [String] {
        var found: [String] = []
        for index in 0..<self.engine.strategyCount {
            let strategy = StrategyIndex(UInt32(index))
            let owner = self.engine.orderOwner(strategy)
            for (instrument, tally) in zip(self.engine.instruments(of: strategy), self.engine.fills(strategy)) {
                let venue = instrument.index % self.hosts.count
                let core = self.hosts[venue].server.core
                var least: UInt64 = 0
                var most: UInt64 = 0
                for record in core.accounts[0].fills where record.instrument == instrument.index / self.hosts.count {
                    guard let id = self.parse(record.clientID), id.high == owner else { continue }
                    let isOwn = id.sequence >= self.firstSequence
                    if isOwn
                        || core.milliseconds(record.at)
                            >= self.sessions[venue].fillsFrom[instrument.index / self.hosts.count]
                    {
                        least += 1
                    }
                    if isOwn || record.at >= self.bootedAt { most += 1 }
                }
                if tally.count < least || tally.count > most {
                    found.append(
                        "fills of strategy \(index) on \(instrument.index): \(tally.count) here, \(least) to \(most) there"
                    )
                }
            }
        }
        return found
    }

    /// What the sessions have counted and told, for a failure's text.
    var account: String {
        self.sessions.map { session in
            "\(session.statistics)\n" + session.notices.suffix(8).map { "  \($0.text)" }.joined(separator: "\n")
        }.joined(separator: "\n") + "\n\(self.engine.statistics)\nopen \(self.engine.openOrders), quiet "
            + self.sessions.map { "\($0.isQuiet) \($0.queries.count) \($0.queried.count) \($0.delayedQueries.count)" }
            .joined(separator: ", ")
    }

    /// How many orders the account has sent to each exchange.
    var orderCounts: [Int] { self.hosts.map { $0.server.core.accounts[0].arrived.count } }

    /// How many fills the account has had at all exchanges.
    var fillCount: Int { self.hosts.reduce(0) { $0 + $1.server.core.accounts[0].fillCount } }
}
