/// One shard's engine: the pure state machine from events to commands.
///
/// It owns the books, signals, positions, slots and timers of its pairs. `handle` takes what happened and marks what must be
/// looked at; the event `turn` evaluates what is marked, most urgent first, and is the only one that writes commands. So
/// every update is applied, evaluation runs on the newest state, and nothing queues up. After registration nothing on the
/// way from a market event to a command allocates.
///
/// Time comes with each event and must not run backwards; a moment before the last one is taken as the last one.
public struct Engine: ~Copyable {
    var desk: Desk
    var strategies = FixedArray<StrategyState>()
    var directory = StrategyDirectory()
    var seenTrades = SeenTrades(capacity: 65_536)
    var orphans = Orphans(capacity: 1_024)
    var snapshotsWanted = 0
    var nextInspection = Timestamp.distantPast
    var emergency: EmergencyMode

    /// An engine without pairs and strategies.
    ///
    /// - Precondition: at most 64 venues.
    public init(_ configuration: EngineConfiguration, books: consuming BookTable = BookTable()) {
        precondition(configuration.venues.count <= 64, "a shard knows at most 64 venues")
        self.desk = Desk(configuration, books: books)
        self.emergency = EmergencyMode(limitNanoseconds: configuration.shedLatenessNanoseconds)
    }

    /// Takes one event. Only `turn` writes to `commands`; what does not fit is done at the next turn.
    public mutating func handle(_ event: Event, at time: Timestamp, into commands: inout CommandBuffer) {
        switch event {
        case .market(let market):
            self.handle(market, at: time)
            return
        case .order(let report):
            self.pass(to: time)
            self.handle(report)
        case .balance(let venue, let asset, let total):
            self.pass(to: time)
            if venue.index < self.desk.venues.count, asset.index < self.desk.configuration.assetCount {
                if !self.desk.venues[venue.index].isBalanceKnown { self.noteOpening(venue) }
                self.desk.balances.setTotal(venue, asset, total)
                self.desk.markAllReady(look: false)
            } else {
                self.desk.statistics.anomalies += 1
            }
        case .fillsKnown:
            self.pass(to: time)
        case .connection(let venue, let change):
            self.pass(to: time)
            if venue.index < self.desk.venues.count {
                self.handle(change, of: venue)
            } else {
                self.desk.statistics.anomalies += 1
            }
        case .turn(let limit):
            self.turn(limit, at: time, into: &commands)
        case .control(let control):
            self.pass(to: time)
            self.handle(control)
        }
    }

    /// A venue's balances are told for the first time: from here on positions and balances there move together.
    private mutating func noteOpening(_ venue: VenueIndex) {
        self.desk.venues[venue.index].isBalanceKnown = true
        for index in 0..<self.strategies.count {
            for ordinal in 0..<self.strategies[index].venues.count
            where self.desk.instruments[self.strategies[index].venues[ordinal].instrument.index].venue == venue {
                self.strategies[index].venues[ordinal].opening = self.strategies[index].venues[ordinal].position
            }
        }
    }

    /// When the engine wants a `turn` although nothing happens.
    public var nextTimer: Timestamp {
        if self.desk.subscriptions.hasChanges { return self.desk.now }
        return min(self.desk.timers.earliest, min(self.desk.volumes.nextBoundary, self.nextInspection))
    }

    /// Since when the longest-waiting strategy that the last turn evaluated had been waiting; `distantFuture` where it
    /// evaluated none. What a world measures its commands from.
    public private(set) var servedSince = Timestamp.distantFuture

    /// How many strategies wait for their evaluation.
    public var waiting: Int { self.desk.ready.count }

    @inline(__always)
    private mutating func pass(to time: Timestamp) {
        if time > self.desk.now { self.desk.now = time }
    }

    // MARK: Market data

    /// Takes market data: the same as the event `market`, by a shorter way.
    public mutating func handle(_ event: MarketEvent, at time: Timestamp) {
        self.pass(to: time)
        switch event {
        case .level(let instrument, let side, let price, let quantity):
            guard self.isKnown(instrument) else { return }
            switch self.desk.books.set(instrument, side, price, quantity) {
            case .applied: self.desk.statistics.updates += 1
            case .ignored: break
            case .offTick, .outOfRange:
                self.desk.statistics.levelsRefused += 1
                self.lose(instrument, wantsSnapshot: true)
            }
        case .messageEnded(let instrument, _):
            guard self.isKnown(instrument) else { return }
            self.endMessage(of: instrument)
        case .trade(let instrument, _, let price, let quantity, _, _):
            guard self.isKnown(instrument) else { return }
            self.desk.statistics.trades += 1
            self.hear(instrument)
            self.desk.volumes.traded(instrument, price, quantity, at: self.desk.now)
        case .snapshotBegan(let instrument):
            guard self.isKnown(instrument) else { return }
            guard self.desk.subscriptions.isFollowed(instrument) else {
                // Nobody needs it: without this, what follows changes no book.
                self.desk.instruments[instrument.index].wasIgnored = true
                return
            }
            self.want(instrument, snapshot: false)
            self.desk.books.beginSnapshot(instrument)
            self.desk.markReady(self.desk.instruments[instrument.index].pair)
        case .bookLost(let instrument):
            guard self.isKnown(instrument) else { return }
            self.lose(instrument, wantsSnapshot: false)
        }
    }

    private mutating func isKnown(_ instrument: InstrumentIndex) -> Bool {
        if instrument.index < self.desk.instruments.count { return true }
        self.desk.statistics.anomalies += 1
        return false
    }

    private mutating func hear(_ instrument: InstrumentIndex) {
        // From the book's own line of memory, which is at hand.
        self.desk.venues[self.desk.books.venue(of: instrument).index].heardAt = self.desk.now
    }

    private mutating func endMessage(of instrument: InstrumentIndex) {
        self.desk.statistics.messages += 1
        self.hear(instrument)
        let outcome = self.desk.books.endMessage(instrument, at: self.desk.now)
        let pair = self.desk.books.pair(of: instrument)
        if outcome.touchChanged, self.desk.books.touch(instrument).isCrossed {
            // One venue's own book is crossed by bad data only.
            self.lose(instrument, wantsSnapshot: true)
        } else if outcome.becameLive {
            self.desk.instruments[instrument.index].liveSince = self.desk.now
            self.desk.markReady(pair)
        } else if outcome.touchChanged || (outcome.depthChanged && self.desk.pairs[pair.index].needsDepth) {
            self.desk.markMoved(pair, instrument)
        }
    }

    /// The instrument's book can't be relied upon: it leaves the consolidated book, and its quotes are pulled.
    mutating func lose(_ instrument: InstrumentIndex, wantsSnapshot: Bool) {
        let index = instrument.index
        if self.desk.books.isLive(instrument) {
            self.desk.statistics.booksLost += 1
            // A book that was well for a minute is asked for at once; one that fails again and again, less and less often.
            if self.desk.now.nanoseconds(since: self.desk.instruments[index].liveSince) > 60_000_000_000 {
                self.desk.instruments[index].snapshotsAsked = 0
                self.desk.instruments[index].askAfter = .distantPast
            }
        }
        _ = self.desk.books.lose(instrument)
        if wantsSnapshot, self.desk.now >= self.desk.instruments[index].askAfter {
            self.want(instrument, snapshot: true)
        } else if !wantsSnapshot {
            // Whoever found the loss asks for the snapshot himself; should it not come, it is asked for here.
            self.desk.instruments[index].askAfter = self.desk.now.advanced(by: Self.snapshotPatience)
        }
        self.desk.markReady(self.desk.instruments[instrument.index].pair)
    }

    /// How long a snapshot may take; each time that it was asked for in vain, twice as long, up to 16 times.
    static let snapshotPatience: Int64 = 5_000_000_000

    mutating func want(_ instrument: InstrumentIndex, snapshot: Bool) {
        if self.desk.instruments[instrument.index].wantsSnapshot == snapshot { return }
        if snapshot, !self.desk.subscriptions.isFollowed(instrument) { return }
        self.desk.instruments[instrument.index].wantsSnapshot = snapshot
        self.snapshotsWanted += snapshot ? 1 : -1
    }

    private mutating func handle(_ change: ConnectionEvent, of venue: VenueIndex) {
        self.desk.venues[venue.index].heardAt = self.desk.now
        switch change {
        case .heartbeat:
            return
        case .accountLost:
            self.desk.venues[venue.index].isHeard = false
            self.desk.markAllReady(look: true)
            return
        case .accountBack:
            self.desk.venues[venue.index].isHeard = true
            self.desk.markAllReady(look: true)
            return
        case .accountDoubted:
            self.doubtOrders(at: venue)
            self.desk.markAllReady(look: true)
            return
        case .up:
            self.desk.venues[venue.index].isUp = true
            self.desk.venues[venue.index].isHeard = true
            // Whoever connects asks for the snapshots himself.
            for index in 0..<self.desk.instruments.count where self.desk.instruments[index].venue == venue {
                self.desk.instruments[index].askAfter = self.desk.now.advanced(by: Self.snapshotPatience)
            }
        case .down:
            self.desk.venues[venue.index].isUp = false
            self.doubtOrders(at: venue)
            for index in 0..<self.desk.instruments.count where self.desk.instruments[index].venue == venue {
                let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: index))
                self.lose(instrument, wantsSnapshot: false)
                self.want(instrument, snapshot: false)  // Whoever connects again asks for all of them.
            }
        }
        for index in 0..<self.desk.instruments.count where self.desk.instruments[index].venue == venue {
            self.desk.markReady(self.desk.instruments[index].pair)
        }
    }

    private mutating func handle(_ control: Control) {
        switch control {
        case .kill:
            self.desk.isKilled = true
        case .liftKillSwitch:
            self.desk.isKilled = false
            for asset in 0..<self.desk.profit.count where self.desk.isStopped[asset] {
                self.desk.isStopped[asset] = false
                self.desk.profitAtLift[asset] = self.desk.profit[asset]
                let coin = AssetIndex(UInt16(truncatingIfNeeded: asset))
                self.desk.note(.deskLossLifted(coin, profit: self.desk.profit[asset]))
            }
            for index in 0..<self.strategies.count { self.strategies[index].liftStop(&self.desk) }
        case .liftLossStop(let strategy):
            if strategy.index < self.strategies.count { self.strategies[strategy.index].liftStop(&self.desk) }
        case .shed(let kept):
            self.desk.keptClasses = min(max(kept, 1), 4)
            self.emergency.hold(self.desk.keptClasses)
        case .stopRecording:
            self.desk.isRecording = false
        case .recordAgain:
            self.desk.isRecording = true
        case .pause(let strategy):
            if strategy.index < self.strategies.count { self.strategies[strategy.index].isPaused = true }
        case .resume(let strategy):
            if strategy.index < self.strategies.count { self.strategies[strategy.index].isPaused = false }
        }
        self.desk.markAllReady(look: true)
    }

    // MARK: Turns

    /// Looks at what time brought, then evaluates up to `limit` strategies, as long as their commands fit: the same as the
    /// event `turn`, by a shorter way.
    public mutating func turn(_ limit: Int, at time: Timestamp, into commands: inout CommandBuffer) {
        self.pass(to: time)
        if self.desk.subscriptions.hasChanges { self.tellDemand(&commands) }
        if self.desk.now >= self.nextInspection { self.inspect() }
        if self.desk.now >= self.desk.volumes.nextBoundary, self.desk.volumes.roll(to: self.desk.now) {
            // Sizes follow the volume from the next order on; what stands keeps its place.
            self.desk.markAllReady(look: false)
        }
        while let strategy = self.desk.timers.pop(dueAt: self.desk.now) { self.desk.markReady(strategy, look: true) }
        if self.orphans.count > 0 { self.cancelOrphans(&commands) }
        if self.snapshotsWanted > 0 { self.askForSnapshots(&commands) }
        var left = limit
        self.servedSince = .distantFuture
        while left > 0, commands.space > 0, let (strategy, since) = self.desk.ready.pop() {
            left -= 1
            // What was registered before the first event has waited for nothing.
            let lateness = since == .distantPast ? 0 : self.desk.now.nanoseconds(since: since)
            if lateness > self.desk.statistics.lateness { self.desk.statistics.lateness = lateness }
            self.emergency.observe(lateness)
            if since < self.servedSince { self.servedSince = since }
            self.strategies[strategy.index].evaluate(&self.desk, &commands)
        }
        // A removed strategy may have given up its market data.
        if self.desk.subscriptions.hasChanges { self.tellDemand(&commands) }
    }

    private mutating func cancelOrphans(_ commands: inout CommandBuffer) {
        for index in 0..<self.orphans.count {
            let orphan = self.orphans[index]
            guard commands.space > 0 else { return }
            let venue = self.desk.instruments[orphan.instrument.index].venue.index
            guard self.desk.now >= orphan.cancelAt, self.desk.venues[venue].isUp else { continue }
            if orphan.cancelAt == .distantPast { self.desk.statistics.orphans += 1 }
            self.orphans.retry(
                index, at: self.desk.now.advanced(by: self.desk.configuration.responseTimeoutNanoseconds))
            self.desk.statistics.cancelled += 1
            commands.append(.cancel(orphan.instrument, orphan.order))
        }
    }

    private mutating func askForSnapshots(_ commands: inout CommandBuffer) {
        for index in 0..<self.desk.instruments.count where self.desk.instruments[index].wantsSnapshot {
            if commands.space == 0 { return }
            guard self.desk.venues[self.desk.instruments[index].venue.index].isUp else { continue }
            let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: index))
            self.want(instrument, snapshot: false)
            let doublings = Int64(min(4, self.desk.instruments[index].snapshotsAsked))
            self.desk.instruments[index].askAfter = self.desk.now.advanced(by: Self.snapshotPatience << doublings)
            self.desk.instruments[index].snapshotsAsked += 1
            commands.append(.resnapshot(instrument))
        }
    }

    /// Four times a second: books and venues that fell silent, and the load.
    private mutating func inspect() {
        self.nextInspection = self.desk.now.advanced(by: 250_000_000)
        for index in 0..<self.desk.instruments.count {
            let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: index))
            guard self.desk.books.isLive(instrument) else {
                let isUp = self.desk.venues[self.desk.instruments[index].venue.index].isUp
                if isUp, self.desk.now >= self.desk.instruments[index].askAfter {
                    self.want(instrument, snapshot: true)
                }
                continue
            }
            let heardAt = self.desk.venues[self.desk.instruments[index].venue.index].heardAt
            let age = self.desk.now.nanoseconds(since: self.desk.books.updatedAt(instrument))
            if age > self.desk.configuration.bookAgeLimitNanoseconds
                || self.desk.now.nanoseconds(since: heardAt) > self.desk.configuration.feedSilenceNanoseconds
            {
                self.lose(instrument, wantsSnapshot: true)
            }
        }
        let kept = self.emergency.assess(at: self.desk.now)
        if kept != self.desk.keptClasses {
            self.desk.keptClasses = kept
            self.desk.note(.shed(keepingUpTo: kept))
            self.desk.markAllReady(look: true)
        }
    }
}
