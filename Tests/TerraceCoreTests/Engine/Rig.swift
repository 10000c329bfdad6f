@testable import TerraceCore

/// One engine on one pair, on one to three venues that answer as a test wants. Time moves where the test says so.
///
/// Prices are near a million with ticks of 100, quantities are in lots of 1. All venues are up and all coins plentiful,
/// unless a test says otherwise.
final class Rig {
    /// An order as it stands at a venue.
    struct Standing: Equatable {
        let instrument: InstrumentIndex
        let side: Side
        var price: Int64
        var quantity: Int64
        var filled: Int64 = 0
    }

    static let bids: [(Int64, Int64)] = [(1_000_000, 50), (999_900, 50)]
    static let asks: [(Int64, Int64)] = [(1_000_200, 50), (1_000_300, 50)]

    var engine: Engine
    private var buffer: CommandBuffer
    private(set) var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    let strategy: StrategyIndex
    let instruments: [InstrumentIndex]
    /// What stands at the venues.
    private(set) var standing: [ClientOrderID: Standing] = [:]
    private var ended: [ClientOrderID: Int64] = [:]
    private var shown: [(bids: [(Int64, Int64)], asks: [(Int64, Int64)])]
    private var lastTrade: UInt64 = 0
    /// What was to be followed, and no longer, so far; `turn` leaves it out.
    var demands: [Command] = []

    init(
        venues: Int = 1, tick: Int64 = 100, canAmend: Bool = false, showsOwn: Bool = false, isUp: Bool = true,
        capacity: Int = 4_096, configure: (inout EngineConfiguration) -> Void = { _ in },
        rules: (inout TradingRules) -> Void = { _ in }, restore: (inout Engine, StrategyIndex) -> Void = { _, _ in },
        define: (inout StrategyDefinition) -> Void
    ) throws {
        var configuration = EngineConfiguration(
            venues: (0..<venues).map { VenueDefinition(name: "v\($0)") }, assetCount: 3)
        configuration.shedLatenessNanoseconds = .max  // Tests let seconds pass between a report and a turn.
        configure(&configuration)
        var terms = TradingRules(
            tick: Grid(step: tick), lot: Grid(step: 1), minimumQuantity: Quantity(units: 1), canAmend: canAmend)
        rules(&terms)
        var engine = Engine(configuration)
        _ = engine.addPair(
            PairDefinition(
                base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
                instruments: (0..<venues).map {
                    InstrumentDefinition(
                        venue: VenueIndex(UInt8($0)), rules: terms, showsOwnOrders: showsOwn)
                }))
        self.strategy = try engine.register(Self.definition("a", venues, define))
        restore(&engine, self.strategy)
        self.engine = engine
        self.buffer = CommandBuffer(capacity: capacity)
        self.instruments = (0..<venues).map { InstrumentIndex(UInt32($0)) }
        self.shown = Array(repeating: ([], []), count: venues)
        for venue in 0..<venues {
            if isUp { self.send(.connection(VenueIndex(UInt8(venue)), .up)) }
            for asset in 0..<2 as Range<UInt16> {
                self.send(.balance(VenueIndex(UInt8(venue)), AssetIndex(asset), total: Amount(units: 1 << 100)))
            }
        }
    }

    static func definition(
        _ id: String, _ venues: Int = 1, _ define: (inout StrategyDefinition) -> Void
    ) -> StrategyDefinition {
        var set = VenueSet.none
        for venue in 0..<venues { set.insert(VenueIndex(UInt8(venue))) }
        var definition = StrategyDefinition(
            id: id, pair: PairIndex(0), venues: set,
            inventory: InventorySettings(target: .zero, maximumDeviation: Quantity(units: 1_000)))
        definition.requoteTolerance = .zero
        define(&definition)
        return definition
    }

    /// The venues as another engine has left them.
    func take(over other: Rig) {
        self.standing = other.standing
        self.ended = other.ended
        self.lastTrade = other.lastTrade
        self.now = max(self.now, other.now)
        self.shown = other.shown
    }

    // MARK: Time and events

    func send(_ event: Event) { self.engine.handle(event, at: self.now, into: &self.buffer) }
    func control(_ control: Control) { self.send(.control(control)) }
    func connection(_ venue: UInt8, _ change: ConnectionEvent) { self.send(.connection(VenueIndex(venue), change)) }
    func after(_ milliseconds: Int64) { self.now = self.now.advanced(by: milliseconds * 1_000_000) }

    /// One turn: what the engine wants done.
    func turn() -> [Command] {
        self.engine.turn(1_000, at: self.now, into: &self.buffer)
        let commands = (0..<self.buffer.count).map { self.buffer[$0] }
        self.buffer.removeAll()
        self.demands += commands.filter { $0.isDemand }
        return commands.filter { !$0.isDemand }
    }

    /// Turns until nothing more is wanted, each answered.
    @discardableResult func settle() -> [Command] {
        var all: [Command] = []
        for _ in 0..<200 {
            let commands = self.turn()
            if commands.isEmpty { break }
            all += commands
            self.answer(commands)
        }
        return all
    }

    /// Lets time pass while the feed goes on; what the engine wants done meanwhile is answered or not.
    @discardableResult func pass(seconds: Int64, stepMilliseconds: Int64 = 1_000, answering: Bool) -> [Command] {
        var all: [Command] = []
        for _ in 0..<seconds * 1_000 / stepMilliseconds {
            self.after(stepMilliseconds)
            for instrument in self.instruments { self.refresh(instrument) }
            let commands = self.turn()
            all += commands
            if answering { self.answer(commands) }
        }
        return all
    }

    // MARK: Market data

    func snapshot(_ venue: Int = 0, bids: [(Int64, Int64)] = Rig.bids, asks: [(Int64, Int64)] = Rig.asks) {
        self.shown[venue] = (bids, asks)
        self.send(.market(.snapshotBegan(self.instruments[venue])))
        self.levels(venue, bids: bids, asks: asks)
    }

    func levels(_ venue: Int = 0, bids: [(Int64, Int64)] = [], asks: [(Int64, Int64)] = []) {
        let instrument = self.instruments[venue]
        for (price, quantity) in bids {
            self.send(.market(.level(instrument, .bid, Price(units: price), Quantity(units: quantity))))
        }
        for (price, quantity) in asks {
            self.send(.market(.level(instrument, .ask, Price(units: price), Quantity(units: quantity))))
        }
        self.send(.market(.messageEnded(instrument, venueTime: .distantPast)))
    }

    /// A message that changes nothing: the feed lives.
    private func refresh(_ instrument: InstrumentIndex) {
        if self.engine.books.isLive(instrument) {
            self.send(.market(.messageEnded(instrument, venueTime: .distantPast)))
        }
    }

    // MARK: Reports

    func report(_ id: ClientOrderID, _ outcome: OrderOutcome, on venue: Int = 0) {
        self.send(.order(OrderReport(instrument: self.instruments[venue], order: id, outcome: outcome)))
    }

    /// The venues do what was asked, and say so.
    func answer(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .place(let instrument, let id, let side, let price, let quantity):
                self.standing[id] = Standing(
                    instrument: instrument, side: side, price: price.units, quantity: quantity.units)
                self.report(id, .accepted, on: instrument.index)
            case .amend(let instrument, let id, _, let price, let quantity):
                guard self.standing[id] != nil else {
                    self.report(id, .amendRejected(.unknownOrder), on: instrument.index)
                    continue
                }
                self.standing[id]?.price = price.units
                self.standing[id]?.quantity = quantity.units
                self.report(id, .amended(price, quantity), on: instrument.index)
            case .cancel(let instrument, let id):
                guard let order = self.standing.removeValue(forKey: id) else {
                    self.report(id, .cancelRejected(.unknownOrder), on: instrument.index)
                    continue
                }
                self.ended[id] = order.filled
                self.report(id, .cancelled(cumulative: Quantity(units: order.filled)), on: instrument.index)
            case .query(let instrument, let id):
                if let order = self.standing[id] {
                    let outcome = OrderOutcome.found(
                        Price(units: order.price), Quantity(units: order.quantity),
                        cumulative: Quantity(units: order.filled))
                    self.report(id, outcome, on: instrument.index)
                } else {
                    self.report(
                        id, .notFound(cumulative: Quantity(units: self.ended[id] ?? 0)), on: instrument.index)
                }
            case .follow, .unfollow: continue
            case .resnapshot(let instrument):
                self.snapshot(
                    instrument.index, bids: self.shown[instrument.index].bids, asks: self.shown[instrument.index].asks)
            }
        }
    }

    /// A trade of an order at its price; the venue tells no total unless the test does.
    func fill(_ id: ClientOrderID, _ quantity: Int64, at price: Int64? = nil, cumulative: Int64 = 0) {
        guard let order = self.standing[id] else { return }
        self.lastTrade += 1
        self.standing[id]?.filled += quantity
        if order.filled + quantity >= order.quantity {
            self.standing[id] = nil
            self.ended[id] = order.filled + quantity
        }
        let outcome = Rig.trade(
            self.lastTrade, order.side, price ?? order.price, quantity, cumulative: cumulative)
        self.report(id, outcome, on: order.instrument.index)
    }

    /// A trade of an order as the test has made it.
    func book(_ id: ClientOrderID, _ quantity: Int64, _ outcome: OrderOutcome) {
        guard let order = self.standing[id] else { return }
        self.standing[id]?.filled += quantity
        if order.filled + quantity >= order.quantity {
            self.standing[id] = nil
            self.ended[id] = order.filled + quantity
        }
        self.report(id, outcome, on: order.instrument.index)
    }

    static func trade(
        _ number: UInt64, _ side: Side, _ price: Int64, _ quantity: Int64, cumulative: Int64 = 0
    ) -> OrderOutcome {
        .filled(
            Fill(
                trade: number, side: side, price: Price(units: price), quantity: Quantity(units: quantity), fee: .zero,
                feeAsset: AssetIndex(1), isMaker: true, cumulative: Quantity(units: cumulative)))
    }

    // MARK: What it looks like

    func slots(_ strategy: StrategyIndex? = nil) -> [SlotView] { self.engine.slots(strategy ?? self.strategy) }
    func states(_ strategy: StrategyIndex? = nil) -> [OrderState] { self.slots(strategy).map { $0.order.state } }
    func gates(_ strategy: StrategyIndex? = nil) -> [Gate] { self.slots(strategy).map { $0.gate } }
    func position(_ strategy: StrategyIndex? = nil) -> Int64 {
        self.engine.position(strategy ?? self.strategy).quantity.units
    }
    var openOrders: Int { self.engine.openOrders }
    var isKilled: Bool { self.engine.isKilled }
    var isStopped: Bool { self.engine.isStopped(self.strategy) }
    func isLive(_ venue: Int = 0) -> Bool { self.engine.books.isLive(self.instruments[venue]) }
    func touch(_ venue: Int = 0) -> Touch { self.engine.books.touch(self.instruments[venue]) }
    /// The ids of what stands, in the order in which they were sent.
    func ids(_ side: Side? = nil) -> [ClientOrderID] {
        self.standing.keys.filter { side == nil || self.standing[$0]?.side == side }.sorted { $0.low < $1.low }
    }
    func update(_ change: (inout StrategyDefinition) -> Void) throws {
        var definition = self.engine.definition(self.strategy)
        change(&definition)
        try self.engine.update(self.strategy, to: definition)
    }
}

/// A command that sends a price, in plain numbers.
struct Sent: Equatable {
    let id: ClientOrderID
    let instrument: Int
    let side: Side
    let price: Int64
    let quantity: Int64
}

extension Command {
    /// Whether it is about whose market data is needed.
    var isDemand: Bool {
        switch self {
        case .follow, .unfollow: true
        case .place, .amend, .cancel, .query, .resnapshot: false
        }
    }
}

extension [Command] {
    var places: [Sent] {
        self.compactMap {
            if case .place(let instrument, let id, let side, let price, let quantity) = $0 {
                Sent(id: id, instrument: instrument.index, side: side, price: price.units, quantity: quantity.units)
            } else {
                nil
            }
        }
    }
    var amends: [Sent] {
        self.compactMap {
            if case .amend(let instrument, let id, let side, let price, let quantity) = $0 {
                Sent(id: id, instrument: instrument.index, side: side, price: price.units, quantity: quantity.units)
            } else {
                nil
            }
        }
    }
    var cancels: [ClientOrderID] { self.compactMap { if case .cancel(_, let id) = $0 { id } else { nil } } }
    var queries: [ClientOrderID] { self.compactMap { if case .query(_, let id) = $0 { id } else { nil } } }
    var snapshots: Int { self.count { if case .resnapshot = $0 { true } else { false } } }
}

extension PassiveLine {
    /// A line of constant size and spread (in 1/1000 bps), whose orders may grow old.
    static func plain(
        _ quantity: Int64, spread: Int64 = 100_000, sides: LineSides = .both, timeoutSeconds: Int64 = 86_400
    ) -> PassiveLine {
        var line = PassiveLine(spread: Millibps(spread), quantity: Quantity(units: quantity))
        line.coefficientMethod = .none
        line.timeoutNanoseconds = timeoutSeconds * 1_000_000_000
        line.sides = sides
        return line
    }
}

extension TopOfBookLine {
    /// A line that shows a hundredth of its hourly quantity at most: its time-out is 36 s.
    static func plain(hourly: Int64, spread: Int64 = 0, sides: LineSides = .both) -> TopOfBookLine {
        var line = TopOfBookLine(hourlyQuantity: Quantity(units: hourly), spread: Millibps(spread))
        line.coefficientMethod = .none
        line.timeoutNanoseconds = 36_000_000_000
        line.sides = sides
        return line
    }
}
