/// A price and the quantity that stands there.
public struct Level: Equatable, Sendable {
    /// The price; zero where there is no level.
    public var price: Price
    /// The quantity; zero where there is no level.
    public var quantity: Quantity

    /// A level.
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }

    /// No level.
    public static let none = Level(price: .zero, quantity: .zero)
    /// Whether there is no level.
    public var isNone: Bool { self.quantity.units == 0 }
}

/// The best level a side of one instrument, our own orders excluded.
public struct Touch: Equatable, Sendable {
    /// The best bid.
    public var bid: Level
    /// The best ask.
    public var ask: Level

    /// An empty book's.
    public static let none = Touch(bid: .none, ask: .none)
    /// Whether both sides have a level.
    public var isTwoSided: Bool { !self.bid.isNone && !self.ask.isNone }
    /// Whether the bid reaches the ask.
    public var isCrossed: Bool { self.isTwoSided && self.bid.price >= self.ask.price }
}

/// A price on all venues of a pair.
public struct ConsolidatedLevel: Equatable, Sendable {
    /// The price.
    public var price: Price
    /// The sum over the venues.
    public var quantity: Quantity
    /// The venues that contribute to this level.
    public var venues: VenueSet

    /// A level.
    public init(price: Price, quantity: Quantity, venues: VenueSet) {
        self.price = price
        self.quantity = quantity
        self.venues = venues
    }

    /// No level.
    public static let none = ConsolidatedLevel(price: .zero, quantity: .zero, venues: .none)
    /// Whether there is no level.
    public var isNone: Bool { self.quantity.units == 0 }
}

/// The best level a side over all live venues of a pair, our own orders excluded.
public struct ConsolidatedTouch: Equatable, Sendable {
    /// The best bid, and who makes it.
    public var bid: ConsolidatedLevel
    /// The best ask, and who makes it.
    public var ask: ConsolidatedLevel

    /// An empty book's.
    public static let none = ConsolidatedTouch(bid: .none, ask: .none)
    /// Whether both sides have a level.
    public var isTwoSided: Bool { !self.bid.isNone && !self.ask.isNone }
    /// Whether two venues disagree so that a bid reaches an ask. It is reported, not hidden.
    public var isCrossed: Bool { self.isTwoSided && self.bid.price >= self.ask.price }
}

/// What a sweep of one side for a quantity comes to: the weighted average price for a quantity (WAPQ).
public struct Sweep: Equatable, Sendable {
    /// The average price, rounded against the one who sweeps: up for asks, down for bids. Zero where nothing was filled.
    public var price: Price
    /// How much was there, at most the quantity asked for.
    public var filled: Quantity

    /// The average of `notional` over `filled`, rounded for a sweep of `side`.
    ///
    /// A sweep stops at the quantity asked for, below 2^56, so the notional stays below 2^112 however many levels it took.
    init(_ notional: Int128, _ filled: Int64, _ side: Side) {
        self.filled = Quantity(units: filled)
        if filled == 0 {
            self.price = .zero
        } else {
            let (quotient, remainder) = notional.quotientAndRemainder(dividingBy: Int128(filled))
            self.price = Price(units: Int64(quotient) + (side == .ask && remainder > 0 ? 1 : 0))
        }
    }
}

/// What became of a level that was set.
public enum LevelOutcome: Sendable, Equatable {
    /// The book has it.
    case applied
    /// The price is no multiple of the instrument's tick.
    case offTick
    /// The price or quantity is negative or beyond its limit, or the price is zero.
    case outOfRange
    /// The book is lost and no snapshot is being built.
    case ignored
}

/// What a whole message changed.
public struct MessageOutcome: Sendable, Equatable {
    /// The best bid or ask of the instrument, or of the pair, has another price or quantity.
    public var touchChanged = false
    /// A level within the kept consolidated depth changed.
    public var depthChanged = false
    /// The instrument's book can be quoted against.
    public var isLive = false
    /// It became so with this message.
    public var becameLive = false
}
