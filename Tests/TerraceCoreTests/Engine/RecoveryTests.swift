import Testing

@testable import TerraceCore

@Suite("An engine that goes on where another stopped") struct RecoveryTests {
    /// What a journal knows of a rig's strategy.
    struct Known {
        var state = RestoredStrategy()
        var orders: [(InstrumentIndex, WorkingOrder)] = []
        var trades: [(UInt64, InstrumentIndex)] = []

        init(_ rig: Rig, trades: [(UInt64, InstrumentIndex)] = []) {
            self.state.total = rig.engine.position(rig.strategy)
            let booked = zip(rig.engine.positions(rig.strategy), rig.engine.fills(rig.strategy))
            for (instrument, (position, fills)) in zip(rig.engine.instruments(of: rig.strategy), booked) {
                self.state.shares.append(
                    RestoredStrategy.Share(instrument: instrument, position: position, fills: fills))
            }
            self.state.isSeeded = rig.engine.strategies[0].isSeeded
            self.state.isStopped = rig.isStopped
            self.state.lossBaseline = rig.engine.strategies[0].profitAtLift
            self.orders = rig.slots().filter { $0.order.state != .idle }.map { ($0.instrument, $0.order) }
            self.trades = trades
        }

        func restore(_ engine: inout Engine, _ strategy: StrategyIndex) {
            engine.restore(strategy, self.state)
            for (trade, instrument) in self.trades { engine.restoreSeen(trade: trade, instrument: instrument) }
            for (instrument, order) in self.orders { engine.restore(order, on: instrument) }
        }
    }

    /// Sequences of a later run begin here.
    static let later: UInt64 = 1 << 40

    private func define(_ definition: inout StrategyDefinition) {
        definition.inventory.initial = Quantity(units: 40)
        definition.topOfBookLines = [.plain(hourly: 4_000, spread: 50_000)]
        definition.passiveLines = [.plain(10), .plain(20, spread: 200_000)]
    }

    private func words(_ rig: Rig) -> [String] {
        var words: [String] = []
        let total = rig.engine.position(rig.strategy)
        for position in [total] + rig.engine.positions(rig.strategy) {
            words.append(
                "\(position.quantity) \(position.cost) \(position.realised) \(position.fees) \(position.volume)")
        }
        for tally in rig.engine.fills(rig.strategy) { words.append("\(tally)") }
        words.append("\(rig.engine.strategies[0].openBids) \(rig.engine.strategies[0].openAsks) \(rig.openOrders)")
        for venue in 0..<2 as Range<UInt8> {
            for asset in 0..<2 as Range<UInt16> {
                words.append("\(rig.engine.reserved(VenueIndex(venue), AssetIndex(asset)))")
            }
        }
        return words
    }

    @Test(
        "has the same positions, exposure and reservations, and books what comes later alike, told once or twice",
        arguments: 1...24)
    func property(seed: Int) throws {
        var random = TestRandom(state: UInt64(seed))
        let old = try Rig(venues: 2, canAmend: seed % 2 == 0, define: self.define)
        var trades: [(UInt64, InstrumentIndex, ClientOrderID, OrderOutcome)] = []
        var lastTrade: UInt64 = 0
        func trade(_ rig: Rig, _ id: ClientOrderID) {
            guard let order = rig.standing[id], order.quantity > order.filled else { return }
            lastTrade += 1
            let quantity = 1 + random.below(order.quantity - order.filled)
            let outcome = Rig.trade(lastTrade, order.side, order.price, quantity)
            trades.append((lastTrade, order.instrument, id, outcome))
            rig.book(id, quantity, outcome)
        }
        old.snapshot(0)
        old.snapshot(1)
        for _ in 0..<60 {
            let commands = old.turn()
            // Some commands never reach the venue, or their answers never come back.
            if random.below(5) > 0 { old.answer(commands) }
            let shift = 100 * random.below(20)
            if random.below(3) == 0 {
                old.snapshot(
                    Int(random.below(2)), bids: [(1_000_000 + shift, 50)], asks: [(1_000_200 + shift, 50)])
            }
            for id in old.ids() where random.below(6) == 0 { trade(old, id) }
            if random.below(4) == 0 { old.after(3_000) }
        }
        let known = Known(old, trades: trades.map { ($0.0, $0.1) })
        let new = try Rig(
            venues: 2, canAmend: seed % 2 == 0, configure: { $0.firstSequence = Self.later }, restore: known.restore,
            define: self.define)
        new.take(over: old)
        let (before, after) = (self.words(old), self.words(new))
        #expect(before == after, "seed \(seed)")
        #expect(new.slots().allSatisfy { $0.order.state == .idle || $0.order.state == .unknown })
        #expect(trades.count > 0, "seed \(seed) has no fills")
        // From here on both hear the same: what is new, what was told before, and each of it once more.
        for id in old.ids() { trade(old, id) }
        for (_, instrument, id, outcome) in trades + trades { new.report(id, outcome, on: instrument.index) }
        for (_, instrument, id, outcome) in trades { old.report(id, outcome, on: instrument.index) }
        let (here, there) = (self.words(old).dropLast(5), self.words(new).dropLast(5))
        #expect(here == there, "seed \(seed)")
        // The venues answer, and all is settled as it stands there.
        new.take(over: old)
        new.snapshot(0)
        new.snapshot(1)
        new.settle()
        new.pass(seconds: 20, answering: true)
        let (isSettled, open, standing) = (new.engine.isSettled, new.openOrders, new.standing.count)
        #expect(isSettled && open == standing, "seed \(seed): \(open) open here, \(standing) there")
    }

    /// A rig that quotes, and one that goes on where it stopped.
    private func pair(isUp: Bool = true, _ change: (inout Known) -> Void = { _ in }) throws -> (old: Rig, new: Rig) {
        let old = try Rig { $0.passiveLines = [.plain(10, timeoutSeconds: 30)] }
        old.snapshot()
        old.settle()
        var known = Known(old)
        change(&known)
        let new = try Rig(isUp: isUp, configure: { $0.firstSequence = Self.later }, restore: known.restore) {
            $0.passiveLines = [.plain(10, timeoutSeconds: 30)]
        }
        new.take(over: old)
        return (old, new)
    }

    @Test("asks for its orders when their venue is up, and leaves those that stand where they are in the queue")
    func keepsPlaces() throws {
        let (old, new) = try self.pair(isUp: false)
        new.snapshot()
        #expect(new.turn().isEmpty)
        new.connection(0, .up)
        let commands = new.turn()
        #expect(commands.queries == old.ids() && commands.count == 2)
        new.answer(commands)
        #expect(new.states() == [.working, .working])
        #expect(new.pass(seconds: 29, answering: true).isEmpty)
        #expect(new.ids() == old.ids())
        // Their age counts from the restart.
        #expect(new.pass(seconds: 2, answering: true).cancels == old.ids())
    }

    @Test("quotes anew what its venue proves to be gone, and books what it had filled")
    func gone() throws {
        let (old, new) = try self.pair()
        let bid = old.ids(.bid)[0]
        new.snapshot()
        let commands = new.turn()
        #expect(commands.queries.contains(bid))
        new.report(bid, Rig.trade(77, .bid, 990_000, 10))
        new.report(bid, .notFound(cumulative: Quantity(units: 10)))
        #expect(new.position() == 10)
        let placed = new.pass(seconds: 1, answering: true).places
        #expect(placed.count == 1 && placed[0].side == .bid && placed[0].id.sequence > Self.later)
    }

    enum Misfit: CaseIterable { case strategy, slot, side, taken, price }

    @Test("cancels an order that no slot takes until its venue says that it is gone", arguments: Misfit.allCases)
    func misfits(kind: Misfit) throws {
        var stray = ClientOrderID.none
        let (_, new) = try self.pair(isUp: false) { known in
            let (instrument, order) = known.orders[0]
            let id = order.id
            stray =
                switch kind {
                case .strategy: ClientOrderID(instance: 1, strategy: 777, slot: 0, sequence: 5)
                case .slot: ClientOrderID(instance: 1, strategy: id.strategy, slot: 50_000, sequence: 5)
                case .side, .taken, .price:
                    ClientOrderID(instance: 1, strategy: id.strategy, slot: id.slot, sequence: 5)
                }
            let isFirst = kind != .taken
            let misfit = WorkingOrder(
                state: .unknown, side: kind == .side ? order.side.opposite : order.side, id: stray,
                price: kind == .price ? .zero : order.price, quantity: order.quantity, filled: .zero,
                pendingPrice: .zero, pendingQuantity: .zero, isAcknowledged: true, isEnded: false)
            known.orders.insert((instrument, misfit), at: isFirst ? 0 : known.orders.count)
        }
        new.snapshot()
        #expect(new.openOrders == 3)
        new.connection(0, .up)
        let cancels = new.turn().cancels
        #expect(cancels == [stray])
        let again = new.pass(seconds: 6, answering: false).cancels
        #expect(again == [stray, stray, stray] || again == [stray, stray])
        new.report(stray, .cancelRejected(.unknownOrder))
        #expect(new.openOrders == 2)
    }

    @Test("takes up an order of which nothing was written down, where it is whole and its slot is idle")
    func takesUp() throws {
        let (old, new) = try self.pair { $0.orders.removeAll() }
        for id in old.ids() {
            let order = try #require(old.standing[id])
            new.report(id, .found(Price(units: order.price), Quantity(units: order.quantity), cumulative: .zero))
        }
        #expect(new.states() == [.working, .working])
        new.snapshot()
        #expect(new.pass(seconds: 5, answering: true).isEmpty)
        let bid = old.ids(.bid)[0]
        new.fill(bid, 4)
        #expect(new.position() == 4 && new.slots()[0].order.open == Quantity(units: 6))
    }

    @Test("cancels one that was filled in part, or whose slot quotes already", arguments: [true, false])
    func takesUpNot(isFilled: Bool) throws {
        let (old, new) = try self.pair { $0.orders.removeAll() }
        if !isFilled {
            new.snapshot()
            new.settle()
        }
        let bid = old.ids(.bid)[0]
        new.report(
            bid,
            .found(Price(units: 990_000), Quantity(units: 10), cumulative: Quantity(units: isFilled ? 3 : 0)))
        #expect(new.turn().cancels == [bid])
    }

    @Test("lets go of an order whose fills can't be told apart, and cancels it, rather than wait forever")
    func beyondExplaining() throws {
        let (old, new) = try self.pair()
        let bid = old.ids(.bid)[0]
        new.snapshot()
        for _ in 0..<200 {
            new.after(1_000)
            let commands = new.turn()
            new.answer(commands.filter { $0.order != bid })
            for id in commands.queries where id == bid {
                new.report(bid, .found(Price(units: 990_000), Quantity(units: 10), cumulative: Quantity(units: 3)))
            }
            if new.slots()[0].order.state == .idle { break }
        }
        #expect(new.engine.doubts(new.strategy) == 0)
        #expect(new.slots()[0].order.state == .idle)
        let cancels = new.turn().cancels
        #expect(cancels.contains(bid))
    }

    // MARK: Facts and limits

    private func facts(_ rig: Rig) -> [EngineFact] {
        let facts = (0..<rig.engine.factCount).map { rig.engine.fact($0) }
        rig.engine.forgetFacts()
        return facts
    }

    @Test("tells what it did of itself: the opening inventory, stops and their ends")
    func facts() throws {
        let rig = try Rig(configure: { $0.maximumLoss = [(AssetIndex(1), Amount(units: 1))] }) {
            $0.passiveLines = [.plain(10)]
            $0.inventory.initial = Quantity(units: 40)
            $0.maximumLoss = Amount(units: 1)
        }
        rig.snapshot()
        rig.settle()
        let seeded = self.facts(rig)
        #expect(seeded == [.seeded(rig.strategy, Quantity(units: 40), Price(units: 1_000_100))])
        rig.snapshot(bids: [(900_000, 50)], asks: [(900_200, 50)])
        rig.settle()
        let stops = self.facts(rig)
        guard case .lossStopped(rig.strategy, let profit)? = stops.first,
            case .deskLossStopped(AssetIndex(1), let deskProfit)? = stops.last
        else {
            Issue.record("\(stops)")
            return
        }
        #expect(stops.count == 2 && profit < .zero && profit == deskProfit)
        rig.control(.liftKillSwitch)
        let lifts = self.facts(rig)
        #expect(
            lifts == [.deskLossLifted(AssetIndex(1), profit: profit), .lossLifted(rig.strategy, profit: profit)])
    }

    @Test("stays stopped by a loss limit, and counts from where the last stop was lifted", arguments: [true, false])
    func lossLimits(isStopped: Bool) throws {
        var known = RestoredStrategy()
        known.isSeeded = true
        known.total.seed(quantity: Quantity(units: 40), at: Price(units: 2_000_000))
        known.isStopped = isStopped
        // It had lost about 40 x a million notional units when it was let go on.
        known.lossBaseline = Units.standard.amount(of: Notional(units: -40 * 999_900))
        let state = known
        let rig = try Rig(restore: { $0.restore($1, state) }) {
            $0.passiveLines = [.plain(10)]
            $0.inventory.initial = Quantity(units: 40)
            $0.maximumLoss = Units.standard.amount(of: Notional(units: 4_000))
        }
        rig.snapshot()
        rig.settle()
        #expect(rig.isStopped == isStopped && rig.position() == 40)
        #expect(rig.openOrders == (isStopped ? 0 : 2))
    }

    @Test("counts for the desk's limit what strategies lost that are no longer there", arguments: [false, true])
    func lossesOfOthers(isBeyond: Bool) throws {
        let limit = Units.standard.amount(of: Notional(units: 1_000_000))
        let lost = Units.standard.amount(of: Notional(units: isBeyond ? -1_000_001 : -900_000))
        let rig = try Rig(
            configure: { $0.maximumLoss = [(AssetIndex(1), limit)] },
            restore: { engine, _ in engine.restoreDeskProfit(AssetIndex(1), ofOthers: lost) }
        ) {
            $0.passiveLines = [.plain(10)]
            $0.inventory.initial = Quantity(units: 40)
        }
        rig.snapshot()
        rig.settle()
        #expect(rig.engine.desk.isStopped[1] == isBeyond && rig.openOrders == (isBeyond ? 0 : 2))
        // What it loses itself is added to that.
        rig.snapshot(bids: [(990_000, 50)], asks: [(990_200, 50)])
        rig.settle()
        #expect(rig.engine.desk.isStopped[1] && rig.openOrders == 0)
    }

    @Test("does not hold the desk's limit against half of its positions, but no longer than a minute")
    func deskLimitWaits() throws {
        // One holds a gain, one a loss; together they are where they were.
        func known(_ cost: Int64) -> RestoredStrategy {
            var state = RestoredStrategy()
            state.isSeeded = true
            state.total.seed(quantity: Quantity(units: 40), at: Price(units: cost))
            return state
        }
        var configuration = EngineConfiguration(venues: [VenueDefinition(name: "v")], assetCount: 3)
        configuration.maximumLoss = [(AssetIndex(2), Units.standard.amount(of: Notional(units: 1_000_000)))]
        configuration.bookAgeLimitNanoseconds = .max
        configuration.feedSilenceNanoseconds = .max
        func engine(_ commands: inout CommandBuffer, _ now: inout Timestamp) throws -> Engine {
            var engine = Engine(configuration)
            for base in 0..<2 as Range<UInt16> {
                _ = engine.addPair(
                    PairDefinition(
                        base: AssetIndex(base), quote: AssetIndex(2), units: .standard,
                        instruments: [
                            InstrumentDefinition(
                                venue: VenueIndex(0),
                                rules: TradingRules(
                                    tick: Grid(step: 100), lot: Grid(step: 1), minimumQuantity: Quantity(units: 1)))
                        ]))
            }
            for place in 0..<2 as Range<UInt32> {
                var definition = Rig.definition("s\(place)") { $0.passiveLines = [.plain(10)] }
                definition.pair = PairIndex(place)
                let strategy = try engine.register(definition)
                engine.restore(strategy, known(place == 0 ? 1_100_000 : 900_000))
            }
            engine.handle(.connection(VenueIndex(0), .up), at: now, into: &commands)
            return engine
        }
        func book(_ engine: inout Engine, _ instrument: UInt32, _ now: Timestamp, _ commands: inout CommandBuffer) {
            let instrument = InstrumentIndex(instrument)
            for event: MarketEvent in [
                .snapshotBegan(instrument),
                .level(instrument, .bid, Price(units: 1_000_000), Quantity(units: 50)),
                .level(instrument, .ask, Price(units: 1_000_200), Quantity(units: 50)),
                .messageEnded(instrument, venueTime: .distantPast),
            ] { engine.handle(event, at: now) }
            engine.turn(100, at: now, into: &commands)
            commands.removeAll()
        }
        func isStopped(_ engine: borrowing Engine) -> Bool { engine.desk.isStopped[2] }
        var commands = CommandBuffer(capacity: 64)
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var both = try engine(&commands, &now)
        book(&both, 0, now, &commands)
        let early = isStopped(both)
        book(&both, 1, now, &commands)
        let late = isStopped(both)
        #expect(!early && !late)
        var half = try engine(&commands, &now)
        book(&half, 0, now, &commands)
        let before = isStopped(half)
        now = now.advanced(by: 61_000_000_000)
        book(&half, 0, now, &commands)
        let after = isStopped(half)
        #expect(!before && after)
    }

    @Test("pulls its quotes while nothing can be recorded, and brings them back")
    func recording() throws {
        let rig = try Rig { $0.passiveLines = [.plain(10)] }
        rig.snapshot()
        rig.settle()
        let ids = rig.ids()
        rig.control(.stopRecording)
        #expect(Set(rig.turn().cancels) == Set(ids))
        rig.answer(ids.map { .cancel(InstrumentIndex(0), $0) })
        #expect(rig.pass(seconds: 5, answering: true).isEmpty)
        #expect(rig.gates() == [.notRecorded, .notRecorded])
        rig.control(.recordAgain)
        #expect(rig.settle().places.count == 2)
    }
}
