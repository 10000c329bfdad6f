/// One shard's engine: the pure state machine from events to commands.
///
/// It owns the books, signals, positions, slots and timers of its pairs. `handle` takes what happened and marks what must be
/// looked at; the event `turn` evaluates what is marked, most urgent first, and is the only one that writes commands. So
/// every update is applied, evaluation runs on the newest state, and nothing queues up. After registration nothing on the
/// way from a market event to a command allocates.
///
/// Time comes with each event and must not run backwards; a moment before the last one is taken as the last one.
public struct Engine: ~Copyable {
    /// What the engine was told at its start.
    public let configuration: EngineConfiguration
    /// The books, for reports and worlds that need to look.
    public internal(set) var books: BookTable
    /// What has been counted.
    public internal(set) var statistics = EngineStatistics()
    /// Whether the kill switch is on.
    public internal(set) var isKilled = false
    /// Priority classes above this one are shed; 4 sheds none.
    public internal(set) var keptClasses = 4

    var volumes = VolumeTable()
    var balances: Balances
    var venues: [VenueState]
    var pairs: [PairState] = []
    var instruments: [InstrumentState] = []
    var strategies = Table<StrategyState>()
    var byHash: [UInt32: Int] = [:]
    var ready = ReadyQueue()
    var timers = TimerHeap()
    var seenTrades = SeenTrades(capacity: 65_536)
    var orphans: [(InstrumentIndex, ClientOrderID)] = []
    var snapshotsWanted = 0
    var sequence: UInt64
    var random: UInt64
    var now = Timestamp.distantPast
    var nextInspection = Timestamp.distantPast
    var emergency: EmergencyMode
    var deskProfit: [Amount]
    var deskLimit: [Amount?]
    var deskStopped: [Bool]
    var mostSlots = 0

    /// An engine without pairs and strategies.
    ///
    /// - Precondition: at most 64 venues.
    public init(_ configuration: EngineConfiguration, books: consuming BookTable = BookTable()) {
        precondition(configuration.venues.count <= 64, "a shard knows at most 64 venues")
        self.configuration = configuration
        self.books = books
        self.balances = Balances(venues: configuration.venues.count, assets: configuration.assetCount)
        self.venues = configuration.venues.map {
            VenueState(
                budget: OrderRateBudget(orders: $0.ordersPerWindow, windowNanoseconds: $0.windowNanoseconds),
                cancelsCount: $0.cancelsCount)
        }
        self.sequence = configuration.firstSequence
        self.random = configuration.seed
        self.emergency = EmergencyMode(limitNanoseconds: configuration.shedLatenessNanoseconds)
        self.deskProfit = Array(repeating: .zero, count: configuration.assetCount)
        self.deskLimit = Array(repeating: nil, count: configuration.assetCount)
        self.deskStopped = Array(repeating: false, count: configuration.assetCount)
        for limit in configuration.maximumLoss where limit.asset.index < configuration.assetCount {
            self.deskLimit[limit.asset.index] = limit.loss
        }
        self.orphans.reserveCapacity(1_024)
    }

    /// Takes one event. Only `turn` writes to `commands`; what does not fit is done at the next turn.
    public mutating func handle(_ event: Event, at time: Timestamp, into commands: inout CommandBuffer) {
        if time > self.now { self.now = time }
        switch event {
        case .market(let market): self.handle(market)
        case .order(let report): self.handle(report)
        case .balance(let venue, let asset, let total):
            if venue.index < self.venues.count, asset.index < self.configuration.assetCount {
                self.balances.setTotal(venue, asset, total)
            } else {
                self.statistics.anomalies += 1
            }
        case .connection(let venue, let change):
            if venue.index < self.venues.count {
                self.handle(change, of: venue)
            } else {
                self.statistics.anomalies += 1
            }
        case .turn(let limit): self.turn(limit, &commands)
        case .control(let control): self.handle(control)
        }
    }

    /// When the engine wants a `turn` although nothing happens.
    public var nextTimer: Timestamp {
        min(self.timers.earliest, min(self.volumes.nextBoundary, self.nextInspection))
    }

    /// How many strategies wait for their evaluation.
    public var waiting: Int { self.ready.count }

    // MARK: Market data

    private mutating func handle(_ event: MarketEvent) {
        switch event {
        case .level(let instrument, let side, let price, let quantity):
            guard self.isKnown(instrument) else { return }
            switch self.books.set(instrument, side, price, quantity) {
            case .applied: self.statistics.updates += 1
            case .ignored: break
            case .offTick, .outOfRange:
                self.statistics.levelsRefused += 1
                self.lose(instrument, wantsSnapshot: true)
            }
        case .messageEnded(let instrument, _):
            guard self.isKnown(instrument) else { return }
            self.statistics.messages += 1
            let state = self.instruments[instrument.index]
            self.venues[state.venue.index].heardAt = self.now
            let outcome = self.books.endMessage(instrument, at: self.now)
            if outcome.touchChanged || outcome.becameLive
                || (outcome.depthChanged && self.pairs[state.pair.index].needsDepth)
            {
                self.markReady(state.pair)
            }
        case .trade(let instrument, _, let price, let quantity, _):
            guard self.isKnown(instrument) else { return }
            self.statistics.trades += 1
            self.venues[self.instruments[instrument.index].venue.index].heardAt = self.now
            self.volumes.traded(instrument, price, quantity, at: self.now)
        case .snapshotBegan(let instrument):
            guard self.isKnown(instrument) else { return }
            if self.instruments[instrument.index].wantsSnapshot {
                self.instruments[instrument.index].wantsSnapshot = false
                self.snapshotsWanted -= 1
            }
            self.books.beginSnapshot(instrument)
        case .bookLost(let instrument):
            guard self.isKnown(instrument) else { return }
            self.lose(instrument, wantsSnapshot: false)
        }
    }

    private mutating func isKnown(_ instrument: InstrumentIndex) -> Bool {
        if instrument.index < self.instruments.count { return true }
        self.statistics.anomalies += 1
        return false
    }

    /// The instrument's book can't be relied upon: it leaves the consolidated book, and its quotes are pulled.
    mutating func lose(_ instrument: InstrumentIndex, wantsSnapshot: Bool) {
        if wantsSnapshot, !self.instruments[instrument.index].wantsSnapshot {
            self.instruments[instrument.index].wantsSnapshot = true
            self.snapshotsWanted += 1
        }
        self.statistics.booksLost += 1
        _ = self.books.lose(instrument)
        self.markReady(self.instruments[instrument.index].pair)
    }

    private mutating func handle(_ change: ConnectionEvent, of venue: VenueIndex) {
        self.venues[venue.index].heardAt = self.now
        switch change {
        case .heartbeat:
            return
        case .up:
            self.venues[venue.index].isUp = true
        case .down:
            self.venues[venue.index].isUp = false
            for index in 0..<self.instruments.count where self.instruments[index].venue == venue {
                self.lose(InstrumentIndex(UInt32(truncatingIfNeeded: index)), wantsSnapshot: false)
            }
        }
        for index in 0..<self.strategies.count where self.strategies[index].definition.venues.contains(venue) {
            self.markReady(StrategyIndex(UInt32(truncatingIfNeeded: index)))
        }
    }

    private mutating func handle(_ control: Control) {
        switch control {
        case .kill:
            self.isKilled = true
        case .liftKillSwitch:
            self.isKilled = false
            for index in 0..<self.deskStopped.count { self.deskStopped[index] = false }
            for index in 0..<self.strategies.count where self.strategies[index].mode == .stoppedByLoss {
                self.strategies[index].mode = .quoting
            }
        case .shed(let kept):
            self.keptClasses = min(max(kept, 1), 4)
            self.emergency.hold(self.keptClasses)
        case .pause(let strategy):
            if strategy.index < self.strategies.count, self.strategies[strategy.index].mode != .removed {
                self.strategies[strategy.index].mode = .paused
            }
        case .resume(let strategy):
            if strategy.index < self.strategies.count, self.strategies[strategy.index].mode == .paused {
                self.strategies[strategy.index].mode = .quoting
            }
        }
        self.markAllReady()
    }

    // MARK: Marking

    func priority(_ index: Int) -> Priority {
        self.isKilled ? .critical : self.strategies[index].definition.priority
    }

    mutating func markReady(_ pair: PairIndex) {
        for position in 0..<self.pairs[pair.index].strategies.count {
            self.markReady(self.pairs[pair.index].strategies[position])
        }
    }

    mutating func markReady(_ strategy: StrategyIndex) {
        if !self.ready.mark(strategy, self.priority(strategy.index), at: self.now) { self.statistics.conflated += 1 }
    }

    mutating func markAllReady() {
        for index in 0..<self.strategies.count { self.markReady(StrategyIndex(UInt32(truncatingIfNeeded: index))) }
    }

    // MARK: Turns

    /// Looks at what time brought, then evaluates up to `limit` strategies, as long as their commands fit.
    private mutating func turn(_ limit: Int, _ commands: inout CommandBuffer) {
        if self.now >= self.nextInspection { self.inspect() }
        if self.now >= self.volumes.nextBoundary, self.volumes.roll(to: self.now) { self.markAllReady() }
        while let strategy = self.timers.pop(dueAt: self.now) { self.markReady(strategy) }
        while let (instrument, order) = self.orphans.last, commands.space > 0 {
            self.orphans.removeLast()
            self.statistics.orphans += 1
            commands.append(.cancel(instrument, order))
        }
        if self.snapshotsWanted > 0 { self.askForSnapshots(&commands) }
        var left = limit
        while left > 0, commands.space >= self.mostSlots, let (strategy, since) = self.ready.pop() {
            left -= 1
            // What was registered before the first event has waited for nothing.
            let lateness = since == .distantPast ? 0 : self.now.nanoseconds(since: since)
            if lateness > self.statistics.lateness { self.statistics.lateness = lateness }
            self.emergency.observe(lateness)
            self.evaluate(strategy.index, &commands)
        }
    }

    private mutating func askForSnapshots(_ commands: inout CommandBuffer) {
        for index in 0..<self.instruments.count where self.instruments[index].wantsSnapshot {
            if commands.space == 0 { return }
            self.instruments[index].wantsSnapshot = false
            self.snapshotsWanted -= 1
            commands.append(.resnapshot(InstrumentIndex(UInt32(truncatingIfNeeded: index))))
        }
    }

    /// Four times a second: books and venues that fell silent, and the load.
    private mutating func inspect() {
        self.nextInspection = self.now.advanced(by: 250_000_000)
        for index in 0..<self.instruments.count {
            let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: index))
            guard self.books.isLive(instrument) else { continue }
            let venue = self.venues[self.instruments[index].venue.index]
            let age = self.now.nanoseconds(since: self.books.updatedAt(instrument))
            if age > self.configuration.bookAgeLimitNanoseconds
                || self.now.nanoseconds(since: venue.heardAt) > self.configuration.feedSilenceNanoseconds
            {
                self.lose(instrument, wantsSnapshot: true)
            }
        }
        let kept = self.emergency.assess(at: self.now)
        if kept != self.keptClasses {
            self.keptClasses = kept
            self.markAllReady()
        }
    }
}
