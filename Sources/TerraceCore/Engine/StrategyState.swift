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
    /// It was restored, and not marked at a price yet.
    var isMarkAwaited = false
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

    /// Whether it holds nothing, in total and on each of its venues.
    var isFlat: Bool {
        if self.total.quantity != .zero { return false }
        for ordinal in 0..<self.venues.count where self.venues[ordinal].position.quantity != .zero { return false }
        return true
    }

    /// Whether no order of it stands or may stand.
    var isIdle: Bool {
        for slot in 0..<self.slots.count where self.slots[slot].order.state != .idle { return false }
        return true
    }
}
