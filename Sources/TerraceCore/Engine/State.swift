/// What the engine keeps of a venue.
struct VenueState {
    var isUp = true
    var heardAt = Timestamp.distantPast
    var budget: OrderRateBudget
    let cancelsCount: Bool
}

/// What the engine keeps of a pair.
struct PairState {
    let base: AssetIndex
    let quote: AssetIndex
    let units: Units
    var strategies: [StrategyIndex] = []
    var needsDepth = false
}

/// What the engine keeps of an instrument.
struct InstrumentState {
    let pair: PairIndex
    let venue: VenueIndex
    let rules: TradingRules
    var wantsSnapshot = false
}

/// Where a strategy is in its life.
enum StrategyMode: UInt8 {
    case quoting
    case paused
    case stoppedByLoss
    case removed
}

/// What the engine keeps of a strategy.
struct StrategyState: ~Copyable {
    var definition: StrategyDefinition
    let hash: UInt32
    var mode = StrategyMode.quoting
    var lines: [LineTerms]
    var instruments: [InstrumentIndex]
    var volumes: [VolumeSubscription]
    var slots = Table<Slot>()
    var total = Position()
    var positions: [Position]
    var isSeeded = false
    var openBids = Quantity.zero
    var openAsks = Quantity.zero
    var profit = Amount.zero
    var reference = Price.zero
    var positionChanged = true
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
