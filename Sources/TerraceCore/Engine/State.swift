/// What the engine keeps of a venue.
struct VenueState {
    var isUp = false
    var heardAt = Timestamp.distantPast
    var budget: OrderRateBudget
    let cancelsCount: Bool
}

/// What the engine keeps of a pair; first what every message reads.
struct PairState {
    /// The first of its strategies, which hang together by `Watch.nextOnPair`; -1 where there is none.
    var firstStrategy: Int32 = -1
    let firstInstrument: Int32
    var needsDepth = false
    /// Some quote was held back since it would have traded with one of ours.
    var hasSelfCross = false
    let base: AssetIndex
    let quote: AssetIndex
    let units: Units

    init(base: AssetIndex, quote: AssetIndex, units: Units, firstInstrument: Int) {
        self.firstInstrument = Int32(truncatingIfNeeded: firstInstrument)
        self.base = base
        self.quote = quote
        self.units = units
    }
}

/// What the engine keeps of an instrument.
struct InstrumentState {
    let pair: PairIndex
    let venue: VenueIndex
    let rules: TradingRules
    var wantsSnapshot = false
    /// How often a snapshot was asked for since the book was last live for a while, and when it is asked for again.
    var snapshotsAsked = 0
    var askAfter = Timestamp.distantPast
    var liveSince = Timestamp.distantPast
}

/// One of a strategy's venues: where it quotes, what shapes its sizes there, and what its fills there came to.
struct StrategyVenue {
    let instrument: InstrumentIndex
    var volume: VolumeSubscription
    var position = Position()
    /// Where its slots begin in `slotsByVenue`, and how many they are.
    var firstSlot = 0
    var slotCount = 0

    init(instrument: InstrumentIndex, volume: VolumeSubscription) {
        self.instrument = instrument
        self.volume = volume
    }
}

/// What the engine keeps of a strategy.
struct StrategyState: ~Copyable {
    let index: StrategyIndex
    let hash: UInt32
    let pair: PairIndex
    var definition: StrategyDefinition
    var isRemoved = false
    var isPaused = false
    /// Its loss limit was reached, and nobody has lifted the stop.
    var isStopped = false
    /// How many slots wait for an answer that does not come; see `patience`.
    var doubts = 0
    var lines = FixedArray<LineTerms>()
    /// Those it has now and those it once had, whose slots are retired.
    var venues = FixedArray<StrategyVenue>()
    var slots = FixedArray<Slot>()
    /// The indices of the slots, venue by venue.
    var slotsByVenue = FixedArray<UInt16>()
    /// Of each slot, the market in which it needs no look.
    var bands = FixedArray<QuoteBand>()
    var total = Position()
    var openBids = Quantity.zero
    var openAsks = Quantity.zero
    /// The sides, by bit, on which an idle slot was held back by the position limit at the last look.
    var blockedSides: UInt8 = 0
    var isSeeded = false
    /// At the last evaluation the venues disagreed by more than the strategy allows.
    var isDislocated = false
    /// What follows from the position: reckoned when that has changed.
    var positionChanged = true
    var inventory = Coefficient.zero
    var averageBid: Price?
    var averageAsk: Price?
    /// The profit that the desk's sum holds of this strategy, where a loss limit has it reckoned.
    var profit = Amount.zero
    /// The profit from which its loss limit counts: that of the moment when the last stop was lifted.
    var profitAtLift = Amount.zero

    init(index: StrategyIndex, hash: UInt32, definition: StrategyDefinition) {
        self.index = index
        self.hash = hash
        self.pair = definition.pair
        self.definition = definition
    }

    /// Whether no order of it stands or may stand.
    var isIdle: Bool {
        for slot in 0..<self.slots.count where self.slots[slot].order.state != .idle { return false }
        return true
    }
}

/// One line as the evaluation wants it: both kinds in one shape, limits without optionals.
struct LineTerms: Equatable {
    let isTopOfBook: Bool
    let spread: Int64
    let minimumSpread: Int64
    let maximumSpread: Int64
    let quantity: Int64  // Hourly for top-of-book lines, of each order for passive ones.
    let randomization: Int64
    let timeout: Int64
    let drift: Int64
    let usesVolume: Bool
    let usesInventory: Bool
    let sides: LineSides
    let minimumPrice: Int64
    let maximumPrice: Int64

    init(_ line: TopOfBookLine) {
        self.isTopOfBook = true
        self.spread = line.spread.units
        self.minimumSpread = 0
        self.maximumSpread = 0
        self.quantity = line.hourlyQuantity.units
        self.randomization = 0
        self.timeout = line.timeoutNanoseconds
        self.drift = line.drift.units
        self.usesVolume = line.coefficientMethod.usesVolume
        self.usesInventory = line.coefficientMethod.usesInventory
        self.sides = line.sides
        self.minimumPrice = line.minimumPrice?.units ?? 0
        self.maximumPrice = line.maximumPrice?.units ?? Price.limit
    }

    init(_ line: PassiveLine) {
        self.isTopOfBook = false
        self.spread = line.spread.units
        self.minimumSpread = line.minimumSpread.units
        self.maximumSpread = line.maximumSpread.units
        self.quantity = line.quantity.units
        self.randomization = line.randomization.ppm
        self.timeout = line.timeoutNanoseconds
        self.drift = line.drift.units
        self.usesVolume = line.coefficientMethod.usesVolume
        self.usesInventory = line.coefficientMethod.usesInventory
        self.sides = line.sides
        self.minimumPrice = line.minimumPrice?.units ?? 0
        self.maximumPrice = line.maximumPrice?.units ?? Price.limit
    }
}
