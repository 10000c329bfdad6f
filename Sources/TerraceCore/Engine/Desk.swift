/// What the strategies of a shard share: the books and everything that is kept of venues, pairs and instruments, the queues
/// of the coordinator, the limits that hold over all of them, the clock and the counts.
///
/// A strategy that is evaluated has the desk in one hand and itself in the other; it never sees another strategy.
struct Desk: ~Copyable {
    let configuration: EngineConfiguration
    var books: BookTable
    var volumes = VolumeTable()
    var balances: Balances
    var venues = FixedArray<VenueState>()
    var pairs = FixedArray<PairState>()
    var instruments = FixedArray<InstrumentState>()
    /// Two an instrument: our bids, our asks.
    var standing = FixedArray<StandingQuotes>()
    /// One a strategy.
    var watches = FixedArray<Watch>()
    /// One an instrument of its pair, for each strategy: what the bands of its slots there have in common.
    var venueBands = FixedArray<QuoteBand>()
    var ready = ReadyQueue()
    var timers = TimerHeap()
    /// Two subscribers a strategy: what it needs for its quotes, and what it was subscribed to beside that.
    var subscriptions = SubscriptionRegistry()
    var statistics = EngineStatistics()
    var now = Timestamp.distantPast
    var sequence: UInt64
    var isKilled = false
    /// What happens is recorded, as far as is known.
    var isRecording = true
    var keptClasses = 4
    /// For each coin: the profit of the strategies quoted in it, reckoned only where there is a limit.
    var profit = FixedArray<Amount>()
    var profitAtLift = FixedArray<Amount>()
    var lossLimit = FixedArray<Amount?>()
    var isStopped = FixedArray<Bool>()
    /// For each coin: how many restored strategies have not been marked at a price yet; see `judgesLoss`.
    var marksAwaited = FixedArray<Int>()
    /// From then on the desk's loss limits hold, marked or not; `distantPast` before the first look.
    var lossJudgedFrom = Timestamp.distantPast
    /// What the engine did of itself, until it is taken.
    var facts = FixedArray<EngineFact>()
    /// Every evaluation looks at all slots, as if there were no bands: what tests compare with.
    var looksAlways = false

    init(_ configuration: EngineConfiguration, books: consuming BookTable) {
        self.configuration = configuration
        self.books = books
        self.balances = Balances(venues: configuration.venues.count, assets: configuration.assetCount)
        self.sequence = configuration.firstSequence
        self.venues.grow(by: configuration.venues.count)
        for venue in configuration.venues {
            self.venues.append(
                VenueState(
                    budget: OrderRateBudget(orders: venue.ordersPerWindow, windowNanoseconds: venue.windowNanoseconds),
                    cancelsCount: venue.cancelsCount, isMargined: venue.isMargined))
        }
        self.profit.growAppending(repeating: .zero, count: configuration.assetCount)
        self.profitAtLift.growAppending(repeating: .zero, count: configuration.assetCount)
        self.lossLimit.growAppending(repeating: nil, count: configuration.assetCount)
        self.isStopped.growAppending(repeating: false, count: configuration.assetCount)
        self.marksAwaited.growAppending(repeating: 0, count: configuration.assetCount)
        self.makeRoomForFacts(strategies: 0)
        for limit in configuration.maximumLoss where limit.asset.index < configuration.assetCount {
            self.lossLimit[limit.asset.index] = limit.loss
        }
    }

    // MARK: Marking

    /// A strategy is to be evaluated; `look` where its bands do not know of the reason.
    @inline(__always)
    mutating func markReady(_ strategy: StrategyIndex, look: Bool) {
        let index = strategy.index
        if look { self.watches[index].needsLook = true }
        let priority = self.isKilled || !self.isRecording ? .critical : self.watches[index].priority
        if !self.ready.mark(strategy, priority, at: self.now) { self.statistics.conflated += 1 }
    }

    /// All strategies of a pair are to look at all their slots.
    mutating func markReady(_ pair: PairIndex) {
        var next = self.pairs[pair.index].firstStrategy
        while next >= 0 {
            self.markReady(StrategyIndex(UInt32(bitPattern: next)), look: true)
            next = self.watches[Int(next)].nextOnPair
        }
    }

    /// The market of a pair moved by a message of `instrument`.
    @inline(__always)
    mutating func markMoved(_ pair: PairIndex, _ instrument: InstrumentIndex) {
        let bit: UInt64 = 1 &<< UInt64(instrument.index &- Int(self.pairs[pair.index].firstInstrument))
        var next = self.pairs[pair.index].firstStrategy
        while next >= 0 {
            self.watches[Int(next)].moved |= bit
            self.markReady(StrategyIndex(UInt32(bitPattern: next)), look: false)
            next = self.watches[Int(next)].nextOnPair
        }
    }

    /// Our own orders moved what the book of `instrument` shows: nobody need be woken, but nobody may miss it.
    mutating func noteMoved(_ instrument: InstrumentIndex) {
        let pair = self.instruments[instrument.index].pair.index
        let bit: UInt64 = 1 &<< UInt64(instrument.index &- Int(self.pairs[pair].firstInstrument))
        var next = self.pairs[pair].firstStrategy
        while next >= 0 {
            self.watches[Int(next)].moved |= bit
            next = self.watches[Int(next)].nextOnPair
        }
    }

    mutating func markAllReady(look: Bool) {
        for index in 0..<self.watches.count where self.watches[index].isLinked {
            self.markReady(StrategyIndex(UInt32(truncatingIfNeeded: index)), look: look)
        }
    }

    /// An order of ours went or moved: a quote that would have crossed it may be possible now.
    mutating func wakeBlocked(_ pair: Int) {
        if !self.pairs[pair].hasSelfCross { return }
        self.pairs[pair].hasSelfCross = false
        var next = self.pairs[pair].firstStrategy
        while next >= 0 {
            self.markReady(StrategyIndex(UInt32(bitPattern: next)), look: false)
            next = self.watches[Int(next)].nextOnPair
        }
    }

    /// Takes a strategy that has nothing left to do off its pair.
    mutating func unlink(_ strategy: StrategyIndex, from pair: PairIndex) {
        let after = self.watches[strategy.index].nextOnPair
        var next = self.pairs[pair.index].firstStrategy
        if next == Int32(truncatingIfNeeded: strategy.index) { self.pairs[pair.index].firstStrategy = after }
        while next >= 0 {
            let following = self.watches[Int(next)].nextOnPair
            if following == Int32(truncatingIfNeeded: strategy.index) { self.watches[Int(next)].nextOnPair = after }
            next = following
        }
        self.watches[strategy.index].nextOnPair = -1
        self.watches[strategy.index].isLinked = false
        self.subscriptions.unsubscribe(Self.needs(of: strategy))
    }

    /// The subscriber that stands for what a strategy needs for its quotes.
    static func needs(of strategy: StrategyIndex) -> Int { 2 * strategy.index }

    /// The subscriber that stands for what a strategy was subscribed to beside that.
    static func wishes(of strategy: StrategyIndex) -> Int { 2 * strategy.index + 1 }

    /// Puts a strategy on its pair.
    mutating func link(_ strategy: StrategyIndex, to pair: PairIndex) {
        if self.watches[strategy.index].isLinked { return }
        self.watches[strategy.index].isLinked = true
        self.watches[strategy.index].nextOnPair = self.pairs[pair.index].firstStrategy
        self.pairs[pair.index].firstStrategy = Int32(truncatingIfNeeded: strategy.index)
    }

    // MARK: Loss limits

    /// After a restart profits come in one by one, as books do, and half of them say little: the desk's limit in a coin waits
    /// until every restored strategy was marked once, but no longer than this.
    static let marksPatience: Int64 = 60_000_000_000

    /// Whether the desk's loss limit in a coin is to be held against its profit.
    mutating func judgesLoss(_ quote: Int) -> Bool {
        if self.marksAwaited[quote] == 0 { return true }
        if self.lossJudgedFrom == .distantPast { self.lossJudgedFrom = self.now.advanced(by: Self.marksPatience) }
        return self.now >= self.lossJudgedFrom
    }

    // MARK: Looking

    /// Whether the touches that moved since a strategy's last evaluation are all within its bands.
    @inline(__always)
    mutating func touchesHold(_ index: Int, _ pair: PairIndex) -> Bool {
        var moved = self.watches[index].moved
        let first = Int(self.pairs[pair.index].firstInstrument)
        let bands = Int(self.watches[index].firstBand)
        while moved != 0 {
            let place = moved.trailingZeroBitCount
            moved &= moved &- 1
            let touch = self.books.touch(InstrumentIndex(UInt32(truncatingIfNeeded: first &+ place)))
            if !self.venueBands[bands &+ place].holds(bid: touch.bid.price.units, ask: touch.ask.price.units) {
                return false
            }
        }
        return true
    }

    /// Whether a new order would trade with one of our own, of whichever strategy, or take from the venue's book.
    mutating func crossing(_ instrument: InstrumentIndex, _ side: Side, _ price: Price) -> Gate {
        let touch = self.books.touch(instrument)
        let opposite = side == .bid ? touch.ask : touch.bid
        if !opposite.isNone, side == .bid ? price >= opposite.price : price <= opposite.price { return .wouldTake }
        let place = 2 * instrument.index + side.opposite.index
        return self.standing[place].crosses(price.units, standing: side.opposite) ? .selfCross : .none
    }

    /// The random share of an order's quantity: drawn from the seed and the order's number, so that what is not sent draws
    /// nothing. SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    mutating func draw(_ range: Int64, sequence: UInt64) -> Int64 {
        var bits = self.configuration.seed &+ sequence &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return 1_000_000 - range + Int64(bits.multipliedFullWidth(by: UInt64(2 * range + 1)).high)
    }
}
