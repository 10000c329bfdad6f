/// One strategy as it is registered with an engine: a stack of lines on one pair over several venues.
///
/// All numbers are in the units of the pair. The configuration's keys are named in each comment.
public struct StrategyDefinition: Sendable, Equatable {
    /// `id`: unique on the desk, kept over restarts.
    public var id: String
    /// The pair it quotes.
    public var pair: PairIndex
    /// `exchanges`: where it quotes; venues of the pair.
    public var venues: VenueSet
    /// `priority`: how urgent its evaluation is.
    public var priority: Priority
    /// `inventory`: how much it should hold.
    public var inventory: InventorySettings
    /// `pricing_source`: what its passive lines are priced from.
    public var pricing: PricingSource
    /// `time_periods`, `coefficient_method`, `min_coefficient`, `max_coefficient`: how volume shapes it.
    public var volume: VolumeSettings
    /// `tob_lines`.
    public var topOfBookLines: [TopOfBookLine]
    /// `passive_lines`.
    public var passiveLines: [PassiveLine]
    /// `requote_tolerance_bps`: a working order this near to the wanted price stays.
    public var requoteTolerance: Millibps
    /// `price_collar_bps`: no order further than this from the consolidated mid.
    public var priceCollar: Millibps
    /// `max_cross_bps`: no quotes while the consolidated bid is above the ask by more than this; venues that disagree so much
    /// are not both right.
    public var maximumCross: Millibps
    /// `max_order_notional`: orders are held to this; nil for no limit.
    public var maximumOrderNotional: Notional?
    /// `max_loss`: the strategy is stopped when its profit falls below minus this, in the quote coin; nil for no limit.
    public var maximumLoss: Amount?

    /// A strategy without lines, with every other key at its default.
    public init(id: String, pair: PairIndex, venues: VenueSet, inventory: InventorySettings) {
        self.id = id
        self.pair = pair
        self.venues = venues
        self.priority = .normal
        self.inventory = inventory
        self.pricing = .aggregated
        self.volume = VolumeSettings()
        self.topOfBookLines = []
        self.passiveLines = []
        self.requoteTolerance = Millibps(1_000)
        self.priceCollar = Millibps(1_000_000)
        self.maximumCross = Millibps(100_000)
        self.maximumOrderNotional = nil
        self.maximumLoss = nil
    }
}

/// How urgent a strategy's evaluation is. Raw values are those of the configuration.
public enum Priority: UInt8, Sendable, CaseIterable, Comparable {
    /// First, and never shed.
    case critical = 1
    /// Before normal ones.
    case important = 2
    /// What a strategy has that says nothing.
    case normal = 3
    /// Shed first.
    case low = 4

    /// 0 for critical to 3 for low.
    public var index: Int { Int(self.rawValue) - 1 }
    /// Orders by the count.
    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

/// `inventory`: how much of the base coin a strategy should hold, over all its venues.
public struct InventorySettings: Sendable, Equatable {
    /// `target_inventory`.
    public var target: Quantity
    /// `max_inventory_deviation`: position and open orders stay within target ± this. Above zero.
    public var maximumDeviation: Quantity
    /// `initial_inventory`: what of the account's coins belongs to the strategy at its start; booked at the first
    /// reference price. Zero unless said otherwise.
    public var initial: Quantity
    /// `inventory_coefficient`: what the deviation is divided by.
    public var coefficient: InventoryCoefficientMethod
    /// `inventory_price`: what a top-of-book line is bound to.
    public var price: InventoryPriceSource

    /// Holds `target` ± `maximumDeviation`, with every other key at its default.
    public init(target: Quantity, maximumDeviation: Quantity) {
        self.target = target
        self.maximumDeviation = maximumDeviation
        self.initial = .zero
        self.coefficient = .deviation
        self.price = .accounting
    }
}

/// `inventory_coefficient`.
public enum InventoryCoefficientMethod: Sendable, Equatable {
    /// `deviation`: (position - target) / max deviation.
    case deviation
    /// `target`: (position - target) / |target|.
    case target
}

/// `inventory_price`.
public enum InventoryPriceSource: Sendable, Equatable {
    /// `accounting`: the average cost of the position.
    case accounting
    /// `mark_to_market`: the reference price.
    case markToMarket
    /// `manual`, with `manual_price`.
    case manual(Price)
}

/// `pricing_source`.
public enum PricingSource: Sendable, Equatable {
    /// `aggregated`: the mid of the consolidated book.
    case aggregated
    /// `component`, with `pricing_exchanges`: the mid of the best bid and ask of some venues.
    case component(VenueSet)
    /// `liquidity_weighted`: the mean of the venues' mids, weighted by the quantity at their touches.
    case liquidityWeighted
    /// `single_venue`, with `pricing_exchange`: the mid of one venue.
    case singleVenue(VenueIndex)
    /// `wapq`, with `wapq_quantity`: the mid of the two sweeps for a quantity.
    case wapq(Quantity)
    /// `microprice`: the touch weighted by the opposite side's quantity.
    case microprice

    /// Whether it looks below the touch.
    public var needsDepth: Bool {
        if case .wapq = self { true } else { false }
    }
}

/// How an instrument's traded volume becomes a coefficient.
public struct VolumeSettings: Sendable, Hashable {
    /// `time_periods`: the periods whose averages are compared, shortest first, without doubles.
    public var periods: [VolumePeriod]
    /// `coefficient_method` of the strategy.
    public var method: VolumeCoefficientMethod
    /// `average`: `simple` or `exponential`.
    public var average: VolumeAverage
    /// `volume_unit`: `quote` or `base`.
    public var unit: VolumeUnit
    /// `min_coefficient`.
    public var minimum: Coefficient
    /// `max_coefficient`.
    public var maximum: Coefficient

    /// The defaults: 5 and 15 minutes, the lowest ratio, simple averages of quote volume, clamped to 0.2 ... 3.0.
    public init() {
        self.periods = [.minutes5, .minutes15]
        self.method = .minimum
        self.average = .simple
        self.unit = .quote
        self.minimum = Coefficient(ppm: 200_000)
        self.maximum = Coefficient(ppm: 3_000_000)
    }
}

/// A period over which traded volume is averaged: a whole number of 10-second buckets.
public enum VolumePeriod: UInt16, Sendable, CaseIterable, Comparable {
    case seconds30 = 3
    case minutes1 = 6
    case minutes5 = 30
    case minutes15 = 90
    case minutes30 = 180
    case minutes60 = 360
    case hours4 = 1440

    /// How many buckets of 10 s it spans.
    public var buckets: Int { Int(self.rawValue) }
    /// Orders by the count.
    public static func < (left: VolumePeriod, right: VolumePeriod) -> Bool { left.rawValue < right.rawValue }

    /// The name in the configuration.
    public var name: String {
        switch self {
        case .seconds30: "30s"
        case .minutes1: "1min"
        case .minutes5: "5min"
        case .minutes15: "15min"
        case .minutes30: "30min"
        case .minutes60: "60min"
        case .hours4: "240min"
        }
    }
}

/// `coefficient_method` of a strategy: which of the ratios counts.
public enum VolumeCoefficientMethod: Sendable, Hashable {
    /// `min`: the lowest ratio.
    case minimum
    /// `max`: the highest ratio.
    case maximum
    /// `mid`: halfway between the lowest and the highest.
    case middle
}

/// Which moving average of the volume buckets is taken.
public enum VolumeAverage: Sendable, Hashable {
    /// The mean of the period's buckets.
    case simple
    /// The exponential average with weight 2 / (buckets + 1).
    case exponential
}

/// What is averaged.
public enum VolumeUnit: Sendable, Hashable {
    /// Price times quantity.
    case quote
    /// Quantity.
    case base
}

/// `coefficient_method` of a line: what its size and spread follow.
public enum LineCoefficientMethod: Sendable, Equatable {
    /// `volume`: size times the volume coefficient.
    case volume
    /// `inventory`: spreads shifted by the inventory coefficient.
    case inventory
    /// `both`.
    case both
    /// `none`.
    case none

    /// Whether the volume coefficient scales the size.
    public var usesVolume: Bool { self == .volume || self == .both }
    /// Whether the inventory coefficient shifts the spreads.
    public var usesInventory: Bool { self == .inventory || self == .both }
}

/// `sides`: on which sides a line quotes.
public enum LineSides: Sendable, Equatable {
    case both
    case bid
    case ask

    /// Whether `side` is quoted.
    public func contains(_ side: Side) -> Bool {
        switch self {
        case .both: true
        case .bid: side == .bid
        case .ask: side == .ask
        }
    }
}

/// `tob_lines`: one order a venue and side, at the best price or one tick before it, bound by the inventory price.
public struct TopOfBookLine: Sendable, Equatable {
    /// `hourly_quantity`: what it may trade in an hour, on each venue and side.
    public var hourlyQuantity: Quantity
    /// `spread_bps`: how far from the inventory price it stays at least.
    public var spread: Millibps
    /// `timeout_seconds`, in nanoseconds: how old an order gets.
    public var timeoutNanoseconds: Int64
    /// `coefficient_method`.
    public var coefficientMethod: LineCoefficientMethod
    /// `drift_bps`: how far the reference may move from where the order was priced.
    public var drift: Millibps
    /// `min_price`: never quotes below.
    public var minimumPrice: Price?
    /// `max_price`: never quotes above.
    public var maximumPrice: Price?
    /// `sides`.
    public var sides: LineSides

    /// A line with every other key at its default.
    public init(hourlyQuantity: Quantity, spread: Millibps) {
        self.hourlyQuantity = hourlyQuantity
        self.spread = spread
        self.timeoutNanoseconds = 15_000_000_000
        self.coefficientMethod = .both
        self.drift = Millibps(50_000)
        self.minimumPrice = nil
        self.maximumPrice = nil
        self.sides = .both
    }
}

/// `passive_lines`: one order a venue and side, at a spread from the reference price.
public struct PassiveLine: Sendable, Equatable {
    /// `mid_spread_bps`: from the reference to the quote, at target inventory.
    public var spread: Millibps
    /// `min_spread_bps`: the least it shrinks to. Half of `mid_spread_bps` unless said otherwise.
    public var minimumSpread: Millibps
    /// `max_spread_bps`: the most it grows to. Twice `mid_spread_bps` unless said otherwise.
    public var maximumSpread: Millibps
    /// `quantity`: of each order, before coefficient and randomisation.
    public var quantity: Quantity
    /// `randomization_factor`: each order's quantity is drawn from 1 ± this. Within `0..<1`.
    public var randomization: Coefficient
    /// `timeout_seconds`, in nanoseconds: how old an order gets.
    public var timeoutNanoseconds: Int64
    /// `coefficient_method`.
    public var coefficientMethod: LineCoefficientMethod
    /// `drift_bps`: how far the reference may move from where the order was priced.
    public var drift: Millibps
    /// `min_price`: never quotes below.
    public var minimumPrice: Price?
    /// `max_price`: never quotes above.
    public var maximumPrice: Price?
    /// `sides`.
    public var sides: LineSides

    /// A line with every other key at its default.
    public init(spread: Millibps, quantity: Quantity) {
        self.spread = spread
        self.minimumSpread = Millibps(spread.units / 2)
        self.maximumSpread = Millibps(spread.units * 2)
        self.quantity = quantity
        self.randomization = .zero
        self.timeoutNanoseconds = 30_000_000_000
        self.coefficientMethod = .both
        self.drift = Millibps(50_000)
        self.minimumPrice = nil
        self.maximumPrice = nil
        self.sides = .both
    }
}
